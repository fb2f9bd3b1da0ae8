// One backend of TensorFlow.js in a frame of its own, so that its first run compiles and its memory is its own.

import {inWindow} from './arrays.mjs';
import {breathe, make} from './dom.mjs';

export const BACKENDS = ['cpu', 'wasm', 'webgl', 'webgpu'];
const SCRIPTS = ['core', 'converter', 'layers', 'backend-cpu'];

/** @returns {Promise<Record<string, string | undefined>>} by backend, why this browser or model cannot use it. */
export async function obstacles(info) {
  const webgpu = await navigator.gpu?.requestAdapter().catch(() => null);
  const found = {
    cpu: undefined,
    wasm: typeof WebAssembly === 'object' ? undefined : 'not in this browser',
    webgl: document.createElement('canvas').getContext('webgl2') ? undefined : 'not in this browser',
    webgpu: webgpu ? undefined : 'not in this browser',
  };
  for (const [backend, lacking] of Object.entries(info.backends ?? {})) {
    if (lacking.length) found[backend] ??= `lacks ${lacking.join(', ')}`;
  }
  return found;
}

export class Backend {
  constructor(name, about) {
    this.name = name;
    this.about = about;
    this.peak = 0;
  }

  /** Loads TensorFlow.js and the model; the time of either is kept in `loadMs`. */
  async open() {
    this.frame = make('iframe', {hidden: true, title: `TensorFlow.js on ${this.name}`, src: '/page/page.html'});
    await loaded(this.frame, () => document.body.append(this.frame));
    for (const name of new Set([...SCRIPTS, `backend-${this.name}`])) await this.script(`/tfjs/@tensorflow/tfjs-${name}/dist/tf-${name}.es2017.min.js`);
    await this.script('/page/page.mjs', 'module');
    const {json, info} = this.about;
    const page = this.window.tfjsPage;
    await page.start({backend: this.name, binaries: '/tfjs/@tensorflow/tfjs-backend-wasm/dist/'});
    this.watchMemory();
    const begun = performance.now();
    await page.load({url: '/model/', json, info});
    this.loadMs = performance.now() - begun;
  }

  get window() {
    return this.frame.contentWindow;
  }

  script(src, type = 'text/javascript') {
    const element = this.window.document.createElement('script');
    Object.assign(element, {src, type});
    return loaded(element, () => this.window.document.head.append(element));
  }

  /** TensorFlow.js counts its bytes but keeps no peak. */
  watchMemory() {
    const {state} = this.window.tf.engine();
    let bytes = state.numBytes;
    Object.defineProperty(state, 'numBytes', {
      get: () => bytes,
      set: (now) => {
        bytes = now;
        this.peak = Math.max(this.peak, now);
      },
    });
  }

  /**
   * @param {Record<string, object>} values by input.
   * @returns {Promise<{ms: number, outputs: {name: string, value: object}[]}>} from the arrays given to the arrays read.
   */
  async run(values) {
    const inputs = Object.fromEntries(Object.entries(values).map(([name, value]) => [name, inWindow(this.window, value)]));
    await breathe();
    const begun = performance.now();
    const {outputs, mode} = await this.window.tfjsPage.run(inputs, this.mode ?? this.about.info.execution ?? 'auto');
    const ms = performance.now() - begun;
    this.mode = mode;
    return {ms, outputs};
  }

  /** @returns {{tensors: number, bytes: number, peak: number, gpuBytes: number | undefined}} */
  memory() {
    const {numBytes, numTensors, numBytesInGPU} = this.window.tf.memory();
    return {tensors: numTensors, bytes: numBytes, peak: this.peak, gpuBytes: numBytesInGPU};
  }

  close() {
    this.frame.remove();
  }
}

function loaded(element, append) {
  return new Promise((resolve, reject) => {
    element.addEventListener('load', resolve, {once: true});
    element.addEventListener('error', () => reject(new Error(`${element.src} cannot be loaded; start the server again.`)), {once: true});
    append();
  });
}
