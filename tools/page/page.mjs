// The page's side of a browser test: starts a backend, loads a model, runs it. Scripts have set the global `tf`, or a module does.

import {GraphModel, LayersModel, runModel} from '../node/lib/named_model.mjs';
import {fromTensor, toTensor} from '../node/lib/tensors.mjs';

let model;

/**
 * @param {object} how
 * @param {string} how.backend `cpu`, `wasm`, `webgl` or `webgpu`.
 * @param {string} [how.binaries] where the WASM binaries are served.
 * @param {string} [how.module] what to import as `tf`.
 */
async function start({backend, binaries, module}) {
  if (module) globalThis.tf = await import(module);
  if (backend === 'webgpu' && !(await navigator.gpu?.requestAdapter())) {
    throw new Error('this browser has no WebGPU adapter; leave webgpu out of backends, or register a browser that has one');
  }
  tf.enableProdMode();
  if (backend === 'wasm' && binaries) tf.wasm.setWasmPaths(binaries);
  if (!(await tf.setBackend(backend)) || tf.getBackend() !== backend) throw new Error(`the backend ${backend} does not start in this browser`);
  await tf.ready();
}

/**
 * @param {object} source
 * @param {string} source.url the folder of a model or of a bundle, with a slash at its end.
 * @param {string} [source.name] the model's name, in a bundle.
 * @param {object} [source.json] of a single model: format and signature from model.json.
 * @param {object} [source.info] of a single model: its info file.
 */
async function load({url, name, json, info}) {
  if (info?.decision_forest) {
    throw new Error(`The model holds a decision forest, which only ${info.decision_forest.package} can run.`);
  } else if (name !== undefined) {
    model = new BundledModel(await (await import(`${url}loader.mjs`)).load(tf, name));
  } else if (json.format === 'graph-model') {
    if (info?.custom_ops) (await import(`${url}custom_ops.mjs`)).register(tf);
    model = new GraphModel(await tf.loadGraphModel(`${url}model.json`), json);
  } else {
    model = new LayersModel(await tf.loadLayersModel(`${url}model.json`), info);
  }
}

/** A bundle's model as `runModel` takes it; the loader knows by itself how it is run. */
class BundledModel {
  constructor(loaded) {
    this.loaded = loaded;
    this.format = loaded.format;
    this.outputs = loaded.outputs.map(({name}) => name);
    this.defaultOutputs = this.outputs;
  }

  run(inputs) {
    return this.loaded.runTensors(inputs);
  }
}

/**
 * @param {Record<string, object>} values inputs by name, as Value.
 * @param {string} mode `auto`, `predict` or `executeAsync`.
 */
async function run(values, mode) {
  const inputs = Object.fromEntries(Object.entries(values).map(([name, value]) => [name, toTensor(tf, value)]));
  const ran = await runModel(model, inputs, mode);
  const outputs = [];
  for (const name of model.outputs) {
    if (!ran.outputs[name]) throw new Error(`the model gives no output "${name}"`);
    const {dtype, shape, values: data} = await fromTensor(ran.outputs[name]);
    outputs.push({name, value: {dtype, shape, values: data}});
  }
  tf.dispose([inputs, ran.outputs]);
  return {outputs, mode: model.loaded?.execution ?? ran.mode, format: model.format, defaultOutputs: model.defaultOutputs};
}

globalThis.tfjsPage = {load, run, start};
