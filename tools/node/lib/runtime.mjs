// Finds TensorFlow.js in a node_modules folder given by path, and starts its backends.
//
// The single-file `dist/*.node.js` bundles (each package's `main`) are loaded, so that an action opens a handful of
// files. Nothing is fetched: the WASM binaries are read from the package, and one thread is used.

import fs from 'node:fs';
import {createRequire} from 'node:module';
import path from 'node:path';
import {pathToFileURL} from 'node:url';
import {UserError} from './args.mjs';

export const BACKENDS = ['cpu', 'wasm'];

/** Flags by which every program is told where its packages are. */
export const PACKAGE_FLAGS = {node_modules: {}, package_lock: {}};

/**
 * @param {{node_modules?: string, package_lock?: string}} flags the folder, whose name must be `node_modules`, since
 *     the packages in it find one another by that name; or the lock file beside it; or neither, for TFJS_NODE_MODULES.
 * @returns {{folder: string, require: NodeRequire}}
 */
export function packages({node_modules: given, package_lock: lock}) {
  const named = given ?? (lock ? path.join(path.dirname(lock), 'node_modules') : process.env.TFJS_NODE_MODULES);
  if (!named) throw new UserError('No npm packages are named; write --node_modules=DIR or set TFJS_NODE_MODULES.');
  const folder = path.resolve(named);
  if (!fs.existsSync(path.join(folder, '@tensorflow', 'tfjs-core', 'package.json'))) {
    throw new UserError(`The folder "${named}" holds no @tensorflow/tfjs-core; name a node_modules folder that does.`);
  }
  return {folder, require: createRequire(path.join(folder, 'unused.js'))};
}

/** TensorFlow.js as this project uses it: `core`, the two model loaders, and `start` for backends. */
export class Runtime {
  /** @param {{node_modules?: string, package_lock?: string}} flags as for `packages`. */
  constructor(flags) {
    const {folder, require} = packages(flags);
    this.folder = folder;
    this.require = require;
    this.core = require('@tensorflow/tfjs-core');
    // Mutes advice to install native bindings; numbers and checks are the same.
    this.core.enableProdMode();
  }

  get converter() {
    return this.require('@tensorflow/tfjs-converter');
  }

  get layers() {
    return this.require('@tensorflow/tfjs-layers');
  }

  /** What an application calls `tf`. */
  get tf() {
    return {...this.core, ...this.converter};
  }

  /** Makes `backend` the current one. */
  async start(backend) {
    if (!BACKENDS.includes(backend)) {
      throw new UserError(`The backend "${backend}" is not available in Node; accepted are ${BACKENDS.join(' and ')}.`);
    }
    this.require(`@tensorflow/tfjs-backend-${backend}`);
    if (backend === 'wasm' && this.core.findBackend('wasm') == null) {
      this.core.env().set('WASM_HAS_MULTITHREAD_SUPPORT', false);
      const binaries = path.join(this.folder, '@tensorflow', 'tfjs-backend-wasm', 'dist');
      this.require('@tensorflow/tfjs-backend-wasm').setWasmPaths(binaries + path.sep);
    }
    if (!(await this.core.setBackend(backend))) {
      throw new UserError(`The backend "${backend}" of TensorFlow.js did not start; its package may be incomplete.`);
    }
  }
}

/** The same for a runtime bundle, which is all of TensorFlow.js that it knows. */
export class BundledRuntime {
  /** @param {string} file the bundle's module, `tfjs.mjs` or `tfjs.cjs`. */
  static async load(file) {
    const module = await import(pathToFileURL(path.resolve(file)));
    return new BundledRuntime(module.default ?? module);
  }

  constructor(tf) {
    this.core = this.converter = this.layers = this.tf = tf;
    tf.enableProdMode();
  }

  async start(backend) {
    if (!(await this.core.setBackend(backend).catch(() => false))) {
      throw new UserError(`The backend "${backend}" of the runtime bundle did not start; is it among its backends?`);
    }
  }
}
