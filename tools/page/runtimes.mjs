// TensorFlow.js as a page loads it: the packages' own scripts, or a runtime bundle.

import fs from 'node:fs';
import path from 'node:path';
import {UserError} from '../node/lib/args.mjs';

const SCRIPTS = ['core', 'converter', 'layers', 'backend-cpu'];

/**
 * @typedef {object} PageRuntime
 * @property {string} folder what is served at /tfjs/.
 * @property {(backend: string) => string[]} scripts addresses of the scripts that fill the global `tf`, in order.
 * @property {string} [module] the address of a module that is `tf`, instead of scripts.
 * @property {string} [binaries] where WASM binaries are, if `tf` does not know by itself.
 */

/** @returns {PageRuntime} */
export function packagedRuntime(folder) {
  const script = (name) => `/tfjs/@tensorflow/tfjs-${name}/dist/tf-${name}.es2017.min.js`;
  return {
    folder,
    scripts: (backend) => [...new Set([...SCRIPTS, `backend-${backend}`])].map(script),
    binaries: '/tfjs/@tensorflow/tfjs-backend-wasm/dist/',
  };
}

/**
 * @param {string} folder what `tfjs_runtime_bundle` wrote.
 * @returns {PageRuntime}
 */
export function bundledRuntime(folder) {
  const has = (name) => fs.existsSync(path.join(folder, name));
  if (has('tfjs.mjs')) return {folder, scripts: () => [], module: '/tfjs/tfjs.mjs'};
  if (has('tfjs.js')) return {folder, scripts: () => ['/tfjs/tfjs.js']};
  throw new UserError(`The runtime bundle "${folder}" holds neither tfjs.mjs nor tfjs.js, which pages load; build it with format = "esm" or "iife".`);
}
