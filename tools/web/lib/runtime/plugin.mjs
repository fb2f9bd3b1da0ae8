// The esbuild plugin that gives TensorFlow.js's modules to the bundler with what no model uses cut out.

import path from 'node:path';
import {cutExecutor, cutOpList} from './executors.mjs';
import {NAMES, splitNames, uncounted} from './kernels.mjs';
import {cutClasses, isTraining, stubbed, uncompiled} from './layers.mjs';
import {withOpenNamespaces} from './namespaces.mjs';
import {replaced} from './source.mjs';
import {plainName} from './usage.mjs';

/** Big, and only recurrent layers name them. */
const COSTLY_INITIALIZERS = ['Orthogonal', 'Identity'];

/**
 * @param {object} plan `usage`, `training`, `label`, `packages`, `names` (of kernels), `namespaces` and `coreNamespaces`.
 * @param {string} entry the text of the first module.
 * @param {boolean} counting whether it is only told which kernels are named.
 */
export function tensorflowPlugin(plan, entry, counting) {
  const {packages, names} = plan;
  const virtual = {
    entry: () => entry,
    uncounted: () => packages.read('tfjs-core', 'dist/kernel_names.js'),
  };
  return {
    name: 'tensorflow',
    setup(build) {
      build.onResolve({filter: /^rules_tfjs:/}, ({path: name}) => ({path: name, namespace: 'rules_tfjs', sideEffects: name.endsWith(':entry')}));
      build.onLoad({filter: /./, namespace: 'rules_tfjs'}, ({path: name}) => {
        const constant = name.startsWith(NAMES) && name.slice(NAMES.length);
        const contents = constant ? `export const ${constant} = ${JSON.stringify(names.get(constant))};` : virtual[name.split(':')[1]]();
        return {contents, loader: 'js', resolveDir: path.dirname(packages.nodeModules)};
      });
      build.onLoad({filter: /[\\/]@tensorflow[\\/]tfjs-.*\.js$/}, ({path: file}) => {
        const [name, ...rest] = path.relative(path.join(packages.nodeModules, '@tensorflow'), file).split(path.sep);
        const change = changeOf(name, rest.join('/'), plan, counting);
        if (name === 'tfjs-core' && !change) return undefined;
        const text = packages.read(name, rest.join('/'));
        const changed = change ? change(text) : text;
        return {contents: withOpenNamespaces(changed, plan.coreNamespaces), loader: 'js', resolveDir: path.dirname(file)};
      });
    },
  };
}

/** How the text of a module is changed, if it is. */
function changeOf(name, file, plan, counting) {
  const {usage, training, label, names, namespaces} = plan;
  if (name === 'tfjs-core') {
    if (file === 'dist/index.js' && !training) return withoutOptimizers;
    if (file === 'dist/engine.js') return (text) => missingKernel(text, label);
    if (!training && /^dist\/ops\/fused\/\w+\.js$/.test(file)) return (text) => withoutGradient(text, label);
    if (file === 'dist/platforms/platform_node.js') return builtins;
    if (file === 'dist/kernel_names.js' && counting) return () => splitNames(names);
  } else if (name === 'tfjs-converter') {
    if (/^dist\/operations\/executors\/\w+_executor\.js$/.test(file)) {
      return (text) => cutExecutor(text, usage.ops, namespaces);
    }
    if (/^dist\/operations\/op_list\/\w+\.js$/.test(file)) return (text) => cutOpList(text, usage.ops);
    if (file === 'dist/operations/operation_executor.js') return (text) => missingOp(text, label);
  } else if (name === 'tfjs-layers') {
    if (/^dist\/layers\/(preprocessing\/)?\w+\.js$/.test(file)) {
      return (text) => cutClasses(text, (found) => usage.names.has(plainName(found)));
    }
    if (file === 'dist/initializers.js') {
      return (text) => cutClasses(text, (found) => !COSTLY_INITIALIZERS.includes(found) || usage.names.has(plainName(found)));
    }
    if (file === 'dist/utils/generic_utils.js') return (text) => missingClass(text, label);
    if (!training && file === 'dist/models.js') return uncompiled;
    if (!training && isTraining(file)) {
      return (text) => stubbed(text, noTraining(label));
    }
  } else if (name === 'tfjs-backend-wasm' && /^wasm-out\/[\w-]+\.js$/.test(file)) {
    return nowhere;
  } else if (counting && name.startsWith('tfjs-backend-')) {
    return (text) => uncounted(text, names);
  }
  return undefined;
}

const withoutOptimizers = (text) => replaced(text, /^registerOptimizers\(\);$/m, '', 'where optimizers are registered');

/** Fused operations bring their gradients, and the kernels of these, themselves. */
const withoutGradient = (text, label) => replaced(text, /^( *)const grad = \([^]*?^\1\};$/gm,
    (whole, indent) => `${indent}const grad = () => { throw new Error(${JSON.stringify(noTraining(label))}); };`,
    'the gradient of a fused operation');

const noTraining = (label) => `Training is not in this bundle of TensorFlow.js; write training = True in ${label}.`;

/** Node's own modules, in a way that neither a browser nor a bundler minds. */
const builtins = (text) => text.replace(/\brequire\(["']([\w-]+)["']\)/g, 'globalThis.process.getBuiltinModule("$1")');

/** The binaries are looked for where `setWasmPaths` says, and the bundle says it. */
const nowhere = (text) => builtins(replaced(text, 'scriptDirectory=__dirname+"/"', 'scriptDirectory=""', 'where binaries are looked for'));

const missingOp = (text, label) => replaced(text, /throw TypeError\(`Unknown op '\$\{node\.op\}'[^]*?\);\n/,
    () => `throw TypeError('The operation "' + node.op + ${advice('; add the model that uses it to models', label)});\n`,
    'what an unknown operation is answered');

const missingClass = (text, label) => replaced(text, /throw new ValueError\(`Unknown \$\{printableModuleName\}: \$\{(\w+)\}\. `[^]*?\);\n/g,
    (whole, name) => `throw new ValueError('The ' + printableModuleName + ' "' + ${name} + ` +
        `${advice('; add the model that uses it to models', label)});\n`, 'what an unknown class is answered');

const missingKernel = (text, label) => replaced(text, /throw new Error\(`Kernel '\$\{kernelName\}' not registered for backend '\$\{this\.backendName\}'`\);/,
    () => `throw new Error('The kernel "' + kernelName + '" for the backend "' + this.backendName + ` +
        `${advice('; add it to extra_kernels, or the model that needs it to models,', label)});`, 'what an unknown kernel is answered');

/** The end of an error's sentence, as source text. */
const advice = (what, label) => JSON.stringify(`" is not in this bundle of TensorFlow.js${what} of ${label}.`);
