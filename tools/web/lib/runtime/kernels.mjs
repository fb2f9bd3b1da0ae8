// Kernels: the names that code refers to, and the modules that hold them for each backend.

import {must} from '../../../node/tables/source.mjs';
import {constants} from './source.mjs';

/** Modules that are not named as their kernel is. */
const RENAMED = {BatchNorm: 'FusedBatchNorm', IsNaN: 'IsNan'};

/** @returns {Map<string, string>} the exported constants of tfjs-core that name kernels. */
export const kernelNames = (packages) => constants(packages.read('tfjs-core', 'dist/kernel_names.js'));

/**
 * @param {import('./source.mjs').Packages} packages
 * @param {string} backend
 * @returns {Map<string, {config: string, module: string, file: string}>} by kernel, what its module exports.
 */
export function kernelModules(packages, backend) {
  const known = new Set(kernelNames(packages).values());
  const text = packages.read(`tfjs-backend-${backend}`, 'dist/register_all_kernels.js');
  const found = new Map();
  for (const [, config, file] of text.matchAll(/^import \{ (\w+) \} from '\.\/kernels\/(\w+)';/gm)) {
    const kernel = RENAMED[file] ?? file;
    must(known.has(kernel), `the kernel in ${file} of the backend ${backend}`);
    found.set(kernel, {config, file, module: `@tensorflow/tfjs-backend-${backend}/dist/kernels/${file}`});
  }
  must(found.size, `the kernels of the backend ${backend}`);
  return found;
}

/**
 * Chooses kernels of a backend, and those that they call by themselves: a kernel of the wasm backend finds its own part of the
 * binary when it is registered, and not before.
 *
 * @param {import('./source.mjs').Packages} packages
 * @param {string} backend
 * @param {Map<string, {config: string, module: string, file: string}>} modules of `kernelModules`.
 * @param {Set<string>} wanted names of kernels.
 * @returns {Map<string, {config: string, module: string}>}
 */
export function chosenKernels(packages, backend, modules, wanted) {
  const read = (file) => packages.read(`tfjs-backend-${backend}`, `dist/kernels/${file}.js`);
  const byFile = new Map([...modules].map(([name, {file}]) => [file, name]));
  const chosen = new Set([...wanted].filter((name) => modules.has(name)));
  const queue = [...chosen].map((name) => modules.get(name).file);
  const seen = new Set(queue);
  for (const file of queue) {
    for (const [, other] of read(file).matchAll(/^import [^;]* from '\.\/(\w+)';/gm)) {
      if (seen.has(other)) continue;
      seen.add(other);
      queue.push(other);
      if (byFile.has(other) && /\bsetupFunc\b/.test(read(other))) chosen.add(byFile.get(other));
    }
  }
  return new Map([...modules].filter(([name]) => chosen.has(name)));
}

/** @returns {Map<string, {config: string, module: string}>} by kernel, its gradient. */
export function gradientModules(packages) {
  const names = kernelNames(packages);
  const text = packages.read('tfjs-core', 'dist/register_all_gradients.js');
  const found = new Map();
  for (const [, config, file] of text.matchAll(/^import \{ (\w+) \} from '\.\/gradients\/(\w+)';/gm)) {
    const [, name] = must(/kernelName: (\w+)/.exec(packages.read('tfjs-core', `dist/gradients/${file}.js`)), `the kernel of ${file}`);
    found.set(must(names.get(name), `the kernel ${name}`), {config, module: `@tensorflow/tfjs-core/dist/gradients/${file}`});
  }
  must(found.size, 'gradients');
  return found;
}

export const NAMES = 'rules_tfjs:kernel/';

/** A module of kernel names in which each name is a module of its own, so that a bundler tells which ones it kept. */
export const splitNames = (names) => [...names.keys()].map((name) => `export {${name}} from '${NAMES}${name}';\n`).join('');

/** Makes a backend import kernel names, which its kernels are registered by, from where they do not count. */
export function uncounted(text, names) {
  return text.replace(/^import \{([^}]*)\} from '@tensorflow\/tfjs-core';/gm, (whole, list) => {
    const items = list.split(',').map((item) => item.trim()).filter(Boolean);
    const [kernels, others] = [true, false].map((wanted) => items.filter((item) => names.has(item.split(' as ')[0]) === wanted));
    return `import {${others.join(', ')}} from '@tensorflow/tfjs-core';import {${kernels.join(', ')}} from 'rules_tfjs:uncounted';`;
  });
}

/** @returns {Set<string>} the kernels that bundled code names. */
export function namedKernels({metafile, outputFiles}, names) {
  const found = new Set();
  for (const {inputs} of Object.values(metafile.outputs)) {
    for (const [input, {bytesInOutput}] of Object.entries(inputs)) {
      const name = input.split(NAMES)[1];
      if (name && bytesInOutput > 0) found.add(names.get(name));
    }
  }
  for (const {text} of outputFiles) for (const [, name] of text.matchAll(/runKernel\("(\w+)"/g)) found.add(name);
  return found;
}
