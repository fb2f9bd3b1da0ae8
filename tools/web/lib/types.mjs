// The loader's TypeScript declarations: each model's own inputs and outputs by name.

const DATA = {
  bool: 'Uint8Array', complex64: 'Float32Array', float32: 'Float32Array', int32: 'Int32Array', string: 'string[]',
};
const NUMBERS = 'Float32Array | Int32Array | Uint8Array | number[]';
const VALUES = {bool: 'Uint8Array | boolean[]', string: 'string[]'};

/**
 * @param {Record<string, {format: string, inputs: Port[], outputs: Port[]}>} models by name.
 * @returns {string} the content of a `.d.ts` file.
 * @typedef {{name: string, dtype: string, shape: (number | null)[] | null}} Port
 */
export function declarations(models) {
  const types = typeNames(Object.keys(models));
  return `${head(models)}${Object.entries(models).map(([name, model]) => modelTypes(types.get(name), model)).join('')}
export interface Models {
${Object.keys(models).map((name) => `  ${key(name)}: Model<${types.get(name)}Inputs, ${types.get(name)}Outputs>;`).join('\n')}
}

/** Loads a model of this bundle. */
export function load<Name extends keyof Models>(tf: TensorFlow, name: Name, options?: LoadOptions): Promise<Models[Name]>;

/** The names of the models in this bundle. */
export const names: (keyof Models)[];
`;
}

const LOADERS = {'graph-model': 'loadGraphModel', 'layers-model': 'loadLayersModel'};

const head = (models) => `// Generated: the models of this bundle with their inputs and outputs.

/** TensorFlow.js: the namespace of \`@tensorflow/tfjs\`, or a bundle of it. */
export interface TensorFlow {
${[...new Set(Object.values(models).map(({format}) => LOADERS[format]))].sort().map((name) => `  ${name}(handler: any): Promise<any>;`).join('\n')}
  Tensor: any;
  tensor(values: any, shape?: number[], dtype?: any): any;
  dispose(container: any): void;
}

/** A tensor of TensorFlow.js. */
export interface TensorLike {
  readonly shape: number[];
  readonly dtype: string;
  dispose(): void;
}

export interface LoadOptions {
  /** Where the bundle lies; by default beside the loader. */
  baseUrl?: string | URL;
  /** Lengths are always checked, hashes on request. */
  verify?: 'length' | 'hash';
  /** Hears of progress, 0 to 1. */
  onProgress?: (share: number) => void;
  fetch?: typeof fetch;
  signal?: AbortSignal;
}

export interface Values<Data> {
  readonly data: Data;
  readonly shape: number[];
  readonly dtype: string;
}

export interface Port {
  readonly name: string;
  readonly dtype: string;
  /** Sizes, of which a free one is null; null altogether if even the rank is unknown. */
  readonly shape: (number | null)[] | null;
}

export interface Model<Inputs, Outputs> {
  readonly name: string;
  readonly inputs: Port[];
  readonly outputs: Port[];
  readonly format: 'graph-model' | 'layers-model';
  readonly execution: 'predict' | 'executeAsync';
  /** The model of TensorFlow.js itself. */
  readonly model: any;
  /** Runs the model on numbers, and disposes of every tensor. */
  run(inputs: Inputs): Promise<Outputs>;
  /** Runs the model; the caller disposes of the tensors. */
  runTensors(inputs: Inputs): Promise<{[Name in keyof Outputs]: TensorLike}>;
  dispose(): void;
}
`;

function modelTypes(type, {inputs, outputs}) {
  return `
export interface ${type}Inputs {
${inputs.map((port) => `  ${comment(port)}\n  ${key(port.name)}: TensorLike | ${VALUES[port.dtype] ?? NUMBERS} | unknown[];`).join('\n')}
}

export interface ${type}Outputs {
${outputs.map((port) => `  ${comment(port)}\n  ${key(port.name)}: Values<${DATA[port.dtype] ?? 'Float32Array'}>;`).join('\n')}
}
`;
}

const comment = ({dtype, shape}) => `/** ${dtype}, ${shape ? `[${shape.map((size) => size ?? '?').join(', ')}]` : 'any shape'} */`;

const key = (name) => (/^[A-Za-z_$][\w$]*$/.test(name) ? name : JSON.stringify(name));

/** For each model the start of its types' names: `sound_web` becomes `SoundWeb`, and `sound-web` beside it `SoundWeb2`. */
function typeNames(models) {
  const types = new Map();
  for (const model of models) {
    const words = model.split(/[^A-Za-z0-9]+/).filter(Boolean).map((word) => word[0].toUpperCase() + word.slice(1));
    const joined = words.join('') || 'Model';
    const start = /^\d/.test(joined) ? `Model${joined}` : joined;
    const taken = [...types.values()];
    let name = start;
    for (let number = 2; taken.includes(name); number++) name = `${start}${number}`;
    types.set(model, name);
  }
  return types;
}
