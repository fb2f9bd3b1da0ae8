// TensorFlow.js as a page loads it: the packages' own scripts, or a runtime bundle.

import path from 'node:path';

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
 * @param {string} file of a `tfjs_runtime_bundle`: a module (`tfjs.mjs`), or a script (`tfjs.js`).
 * @returns {PageRuntime}
 */
export function bundledRuntime(file) {
  const {base, dir, ext} = path.parse(file);
  const url = `/tfjs/${base}`;
  return ext === '.mjs' ? {folder: dir, scripts: () => [], module: url} : {folder: dir, scripts: () => [url]};
}
