// Loads the models of this bundle. Generated: what stands in MODELS is one build's, everything else is the same in every bundle.

const MODELS = {};

/**
 * Loads a model.
 *
 * @param {object} tf TensorFlow.js: the package `@tensorflow/tfjs`, its parts in one object, or a bundle of it.
 * @param {string} name the model's name in this bundle.
 * @param {{baseUrl?: string | URL, verify?: 'length' | 'hash', onProgress?: (share: number) => void, fetch?: typeof fetch,
 *     signal?: AbortSignal}} [options] where the bundle lies (by default beside this module), whether hashes are checked as
 *     well as lengths, and who hears of progress (0 to 1).
 */
export async function load(tf, name, options = {}) {
  const entry = Object.hasOwn(MODELS, name) ? MODELS[name] : undefined;
  if (!entry) throw new Error(`There is no model "${name}" in this bundle; it has: ${Object.keys(MODELS).join(', ')}.`);
  const fetcher = new Fetcher(entry, options);
  if (entry.customOps) (await import(/* @vite-ignore */ /* webpackIgnore: true */ fetcher.url(entry.customOps))).register(tf);
  const handler = {load: () => fetcher.artifacts()};
  const model = entry.format === 'graph-model' ? await tf.loadGraphModel(handler) : await tf.loadLayersModel(handler);
  return new BundledModel(tf, model, name, entry);
}

/** The names of the models in this bundle. */
export const names = Object.keys(MODELS);

class BundledModel {
  constructor(tf, model, name, entry) {
    this.tf = tf;
    /** The model of TensorFlow.js itself. */
    this.model = model;
    this.name = name;
    this.inputs = entry.inputs;
    this.outputs = entry.outputs;
    this.format = entry.format;
    this.execution = entry.execution;
  }

  /**
   * Runs the model on numbers; every tensor that this makes is disposed of.
   *
   * @param {Record<string, object>} inputs by name: tensors, which stay the caller's, or numbers, booleans or strings
   *     in typed or nested arrays. A flat array takes the input's shape, with at most one free axis.
   * @returns {Promise<Record<string, {data: ArrayLike<any>, shape: number[], dtype: string}>>} by name.
   */
  async run(inputs) {
    const results = await this.runTensors(inputs);
    try {
      const entries = Object.entries(results).map(async ([name, tensor]) => {
        const data = await tensor.data();
        return [name, {data, shape: tensor.shape, dtype: tensor.dtype}];
      });
      return Object.fromEntries(await Promise.all(entries));
    } finally {
      this.tf.dispose(results);
    }
  }

  /**
   * The same with tensors, which the caller disposes of.
   *
   * @param {Record<string, object>} inputs as for `run`.
   * @returns {Promise<Record<string, object>>} tensors by name.
   */
  async runTensors(inputs) {
    this.checkNames(inputs);
    const made = [];
    try {
      const feed = {};
      for (const port of this.inputs) {
        const given = inputs[port.name];
        const isTensor = given instanceof this.tf.Tensor;
        feed[port.name] = isTensor ? given : this.tensor(given, port);
        if (!isTensor) made.push(feed[port.name]);
      }
      const wanted = this.outputs.map(({name}) => name);
      const result = await this.execute(feed, wanted);
      const tensors = Array.isArray(result) ? result : [result];
      return Object.fromEntries(wanted.map((name, index) => [name, tensors[index]]));
    } finally {
      this.tf.dispose(made);
    }
  }

  execute(feed, wanted) {
    if (this.format !== 'graph-model') return this.model.predict(this.inputs.map(({name}) => feed[name]));
    // Captured resources are added to the object that is given.
    return this.execution === 'predict' ? this.model.execute({...feed}, wanted) : this.model.executeAsync({...feed}, wanted);
  }

  checkNames(inputs) {
    const known = this.inputs.map(({name}) => name);
    const missing = known.filter((name) => inputs[name] === undefined);
    const extra = Object.keys(inputs).filter((name) => !known.includes(name));
    if (missing.length || extra.length) {
      throw new Error(`The model "${this.name}" takes ${known.join(', ') || 'nothing'}; ` +
          `${missing.length ? `missing: ${missing.join(', ')}` : `not an input: ${extra.join(', ')}`}.`);
    }
  }

  tensor(value, {name, dtype, shape}) {
    const nested = Array.isArray(value) && Array.isArray(value[0]);
    if (nested || shape === null || typeof value !== 'object') return this.tf.tensor(value, undefined, dtype);
    const free = shape.filter((size) => size === null).length;
    const known = shape.reduce((product, size) => product * (size ?? 1), 1);
    const rest = value.length / known;
    if (free > 1 || !Number.isInteger(rest) || (free === 0 && rest !== 1)) {
      throw new Error(`The input "${name}" of "${this.name}" has the shape [${shape.map((size) => size ?? '?')}], which ` +
          `${value.length} values do not fill; give a nested array or a tensor.`);
    }
    return this.tf.tensor(value, shape.map((size) => size ?? rest), dtype);
  }

  dispose() {
    this.model.dispose();
  }
}

class Fetcher {
  constructor(entry, {baseUrl, verify = 'length', onProgress, fetch: fetchFile, signal}) {
    this.entry = entry;
    this.base = baseUrl === undefined ? new URL('.', HERE) : absolute(baseUrl);
    this.verify = verify;
    this.onProgress = onProgress ?? (() => {});
    this.fetchFile = fetchFile ?? globalThis.fetch;
    this.signal = signal;
    this.received = 0;
    this.total = [entry.model, ...entry.shards].reduce((sum, {bytes}) => sum + bytes, 0);
  }

  url(path) {
    return new URL(path, this.base).href;
  }

  /** What TensorFlow.js wants of an IO handler. */
  async artifacts() {
    const json = JSON.parse(new TextDecoder().decode(await this.file(this.entry.model)));
    const parts = await Promise.all(this.entry.shards.map((shard) => this.file(shard)));
    const weightData = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
    let offset = 0;
    for (const part of parts) {
      weightData.set(part, offset);
      offset += part.length;
    }
    const {weightsManifest, ...rest} = json;
    return {...rest, weightSpecs: weightsManifest.flatMap(({weights}) => weights), weightData: weightData.buffer};
  }

  async file(asset) {
    const bytes = await this.bytes(asset.path);
    if (bytes.length !== asset.bytes) {
      const html = bytes[0] === 0x3c ? ' It looks like a web page: does the server answer every address with one?' : '';
      throw new Error(`${asset.path} has ${bytes.length} bytes instead of ${asset.bytes}.${html}`);
    }
    if (this.verify === 'hash') {
      if (!globalThis.crypto?.subtle) throw new Error('Hashes cannot be verified here: browsers compute them on https: and localhost alone.');
      const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
      const hex = Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
      if (hex !== asset.sha256) throw new Error(`${asset.path} is not the file that was built: its hash is ${hex}.`);
    }
    this.received += asset.bytes;
    this.onProgress(this.total ? this.received / this.total : 1);
    return bytes;
  }

  async bytes(path) {
    const url = this.url(path);
    let response;
    try {
      this.signal?.throwIfAborted();
      if (url.startsWith('file:')) {
        const {readFile} = await import(/* @vite-ignore */ /* webpackIgnore: true */ 'node:fs/promises');
        return new Uint8Array(await readFile(new URL(url), {signal: this.signal}));
      }
      response = await this.fetchFile.call(globalThis, url, {signal: this.signal});
      if (response.ok) return new Uint8Array(await response.arrayBuffer());
    } catch (error) {
      // Who aborts looks for the reason that they gave.
      if (this.signal?.aborted) throw this.signal.reason;
      throw new Error(`${path} could not be loaded from ${url}: ${error.message}`, {cause: error});
    }
    throw new Error(`${path} could not be loaded: the server answered ${response.status} for ${url}.`);
  }
}

function absolute(url) {
  const text = String(url);
  const folder = text.endsWith('/') ? text : `${text}/`;
  return new URL(folder, globalThis.location?.href ?? HERE);
}
