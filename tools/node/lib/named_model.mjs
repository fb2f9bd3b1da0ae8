// One face for loaded graph and layers models, in Node and in a page: named inputs in, named outputs out.

/**
 * A free axis is null, and so is a shape of unknown rank.
 * @typedef {{name: string, dtype: string, shape: (number | null)[] | null}} Port
 */

export class GraphModel {
  constructor(model, json) {
    this.model = model;
    this.format = 'graph-model';
    // TensorFlow.js lets the metadata's signature win, and so must this.
    const signature = json.userDefinedMetadata?.signature ?? json.signature;
    /** @type {Port[]} what the caller feeds: tables and other resources are filled by the model itself. */
    this.inputs = graphInputs(model, signature);
    /** @type {string[]} public output names, in order. */
    this.outputs = Object.keys(signature?.outputs ?? {});
    if (this.outputs.length === 0) this.outputs = model.outputNodes;
    /** What predict() and executeAsync() without names give, in their order. */
    this.defaultOutputs = model.outputNodes;
  }

  /**
   * @param {Record<string, tf.Tensor>} inputs by public name.
   * @param {'predict' | 'executeAsync'} mode
   * @returns {Promise<Record<string, tf.Tensor>>} by public name.
   */
  async run(inputs, mode) {
    // The runtime adds captured resources to the object that it is given.
    const feed = {...inputs};
    const result = mode === 'predict' ? this.model.execute(feed, this.outputs) :
                                        await this.model.executeAsync(feed, this.outputs);
    return named(this.outputs, result);
  }

  dispose() {
    this.model.dispose();
  }
}

function graphInputs(model, signature) {
  const nodes = new Map(model.inputs.map((input) => [input.name, input]));
  const keys = Object.keys(signature?.inputs ?? {});
  if (keys.length === 0) return model.inputs.map(({name, dtype, shape}) => port(name, dtype, shape));
  return keys.filter((key) => !isResource(signature.inputs[key])).map((key) => {
    const node = nodes.get(signature.inputs[key].name.split(':')[0]);
    return port(key, node?.dtype, node?.shape);
  });
}

const isResource = (entry) => entry.resourceId != null || entry.dtype === 'DT_RESOURCE';

const port = (name, dtype, shape) => ({name, dtype, shape: shape?.map((size) => (size < 0 ? null : size)) ?? null});

export class LayersModel {
  constructor(model, info) {
    this.model = model;
    this.format = 'layers-model';
    // A Sequential model has no input and output names before it is built.
    if (!model.built) model.build();
    const inputNames = publicNames(model.inputNames, info?.inputs);
    this.inputs = model.inputs.map((input, i) => ({name: inputNames[i], dtype: input.dtype, shape: input.shape}));
    this.outputs = publicNames(model.outputNames, info?.outputs);
    this.defaultOutputs = this.outputs;
  }

  async run(inputs) {
    const missing = this.inputs.filter(({name}) => !inputs[name]).map(({name}) => name);
    const extra = Object.keys(inputs).filter((name) => !this.inputs.some((input) => input.name === name));
    if (missing.length || extra.length) {
      throw new Error(`the model takes [${this.inputs.map(({name}) => name)}], but [${Object.keys(inputs)}] is given`);
    }
    return named(this.outputs, this.model.predictOnBatch(this.inputs.map(({name}) => inputs[name])));
  }

  dispose() {
    this.model.dispose();
  }
}

/** A layer with two outputs names both alike, so that the second gets `_1`, the third `_2`. */
function publicNames(names, ports) {
  if (ports?.length === names.length) return ports.map(({name}) => name);
  const seen = new Map();
  return names.map((name) => {
    const count = seen.get(name) ?? 0;
    seen.set(name, count + 1);
    return count ? `${name}_${count}` : name;
  });
}

const named = (names, result) => {
  const tensors = Array.isArray(result) ? result : [result];
  return Object.fromEntries(names.map((name, i) => [name, tensors[i]]));
};

/**
 * Runs in the mode asked, or in the first that works: `predict` (synchronous), then `executeAsync`.
 * @returns {Promise<{outputs: Record<string, tf.Tensor>, mode: 'predict' | 'executeAsync'}>}
 */
export async function runModel(model, inputs, mode = 'auto') {
  if (mode !== 'auto') return {outputs: await model.run(inputs, mode), mode};
  try {
    return {outputs: await model.run(inputs, 'predict'), mode: 'predict'};
  } catch (error) {
    // The runtime says so itself when a graph needs the asynchronous form; any other failure stands.
    if (model.format !== 'graph-model' || !/executeAsync\(\)/.test(error.message)) throw error;
    return {outputs: await model.run(inputs, 'executeAsync'), mode: 'executeAsync'};
  }
}
