// The first module of a runtime bundle: what it registers and what it exports.

import {UserError} from '../../../node/lib/args.mjs';
import {classModules} from './layers.mjs';

const CORE = '@tensorflow/tfjs-core';
const WASM = '@tensorflow/tfjs-backend-wasm/dist/base';

/** What every bundle exports of tfjs-core: tensors in and out, memory, backends. */
const EXPORTS = [
  'Tensor', 'backend', 'dispose', 'enableProdMode', 'engine', 'env', 'findBackend', 'getBackend', 'io', 'keep', 'memory', 'nextFrame', 'profile',
  'ready', 'registerBackend', 'removeBackend', 'scalar', 'setBackend', 'tensor', 'tensor1d', 'tensor2d', 'tensor3d', 'tensor4d',
  'tidy', 'time',
];
const TRAINING = [
  'customGrad', 'grad', 'grads', 'train', 'valueAndGrad', 'valueAndGrads', 'variable', 'variableGrads',
];

/**
 * @param {object} plan `usage`, `backends`, `extraOps`, `training`, `namespaces`.
 * @returns {{modules: Map<string, string[]>, spaces: Map<string, {name: string, module: string}[]>}} what a bundle exports: names
 *     by the module that they come from, and for each object of functions (`image`) these, each with its module.
 */
export function exportsOf({usage, backends, extraOps, training, namespaces}) {
  const plain = new Set([...EXPORTS, ...(training ? TRAINING : [])]);
  const spaces = new Map();
  for (const name of extraOps) {
    const [first, second, more] = name.split('.');
    if (second === undefined) {
      plain.add(first);
    } else {
      const module = more === undefined && namespaces.get(first)?.get(second);
      if (!module) throw new UserError(`extra_ops names "${name}", which TensorFlow.js does not have; write names as in tf.NAME.`);
      spaces.set(first, [...(spaces.get(first) ?? []), {name: second, module: `${CORE}/dist/ops/${module}`}]);
    }
  }
  const modules = new Map([[`${CORE}/dist/base`, [...plain].sort()]]);
  if (usage.graph) {
    modules.set('@tensorflow/tfjs-converter/dist/executor/graph_model', ['GraphModel', 'loadGraphModel', 'loadGraphModelSync']);
    modules.set('@tensorflow/tfjs-converter/dist/operations/custom_op/register', ['deregisterOp', 'registerOp']);
  }
  if (usage.layers) {
    modules.set('@tensorflow/tfjs-layers/dist/engine/training', ['LayersModel']);
    modules.set('@tensorflow/tfjs-layers/dist/exports', ['loadLayersModel']);
  }
  if (backends.includes('wasm')) modules.set(WASM, ['getThreadsCount', 'setThreadsCount', 'setWasmPaths']);
  return {modules, spaces};
}

/**
 * @param {object} plan of `exportsOf`, with `packages` and `format`.
 * @param {Map<string, Map<string, {config: string, module: string}>>} kernels by backend, those to register.
 * @param {Map<string, {config: string, module: string}>} gradients those to register.
 * @returns {string} the module.
 */
export function entryText(plan, kernels, gradients) {
  const {packages, usage, backends, training, format} = plan;
  const lines = [`import '${CORE}/dist/base_side_effects';`, `import {registerKernel, registerGradient} from '${CORE}/dist/kernel_registry';`];
  if (training) lines.push(`import {registerOptimizers} from '${CORE}/dist/optimizers/register_optimizers';`, 'registerOptimizers();');
  if (usage.graph) lines.push("import '@tensorflow/tfjs-converter/dist/flags';");
  if (usage.layers) {
    lines.push("import '@tensorflow/tfjs-layers/dist/flags_layers';",
        ...classModules(packages, usage.names).map((module) => `import '@tensorflow/tfjs-layers/${module}';`));
  }
  const exported = exportsOf(plan);
  lines.push(...exportLines(exported));
  for (const [space, members] of exported.spaces) {
    lines.push(`export const ${space} = {${members.map(({name}) => `${name}: ${space}$${name}`).join(', ')}};`);
  }
  for (const backend of backends) {
    lines.push(`import '@tensorflow/tfjs-backend-${backend}/dist/base';`);
    registrations(lines, kernels.get(backend) ?? new Map(), 'registerKernel', backend);
  }
  registrations(lines, gradients, 'registerGradient', 'gradient');
  if (backends.includes('wasm')) lines.push(...wasmLines(format));
  return `${lines.join('\n')}\n`;
}

/** @returns {string} the same exports as a module of declarations. */
export function entryDeclarations(plan) {
  const exported = exportsOf(plan);
  const spaces = [...exported.spaces].map(([space, members]) =>
    `export declare const ${space}: {${members.map(({name}) => `${name}: typeof ${space}$${name};`).join(' ')}};`);
  return `${[...exportLines(exported), ...spaces].join('\n')}\n`;
}

function exportLines({modules, spaces}) {
  return [
    ...[...modules].map(([module, names]) => `export {${names.join(', ')}} from '${module}';`),
    ...[...spaces].flatMap(([space, members]) => members.map(({name, module}) => `import {${name} as ${space}$${name}} from '${module}';`)),
  ];
}

function registrations(lines, modules, register, prefix) {
  for (const [name, {config, module}] of modules) {
    lines.push(`import {${config} as ${prefix}$${name}} from '${module}';`, `${register}(${prefix}$${name});`);
  }
}

/** The folder of the bundle itself, where the binaries lie, in each of its forms. */
const HERE = {
  cjs: "typeof __dirname === 'undefined' ? undefined : __dirname + '/'",
  // In a function, since bundlers take `new URL(…, import.meta.url)` for a file that they should add.
  esm: 'folderOf(import.meta.url)',
  iife: 'folderOf(globalThis.document?.currentScript?.src)',
};

const FOLDER_OF = `
function folderOf(url) {
  if (!url) return undefined;
  const folder = new URL('.', url);
  return folder.protocol === 'file:' && globalThis.process ? decodeURIComponent(folder.pathname) : folder.href;
}`;

const wasmLines = (format) => [
  `import {setWasmPaths} from '${WASM}';`,
  FOLDER_OF,
  `const here = ${HERE[format]};`,
  'if (here) setWasmPaths(here);',
];
