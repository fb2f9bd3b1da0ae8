// Changes of the text of TensorFlow.js's ES modules, which fail when the text has another form than the pinned one.

import path from 'node:path';
import {must, Package} from '../../../node/tables/source.mjs';

/** TensorFlow.js's packages in one `node_modules` folder, by name: `tfjs-core`. */
export class Packages {
  /** @param {string} nodeModules the folder. */
  constructor(nodeModules) {
    this.nodeModules = path.resolve(nodeModules);
    this.found = new Map();
  }

  of(name) {
    if (!this.found.has(name)) this.found.set(name, new Package(this.nodeModules, name));
    return this.found.get(name);
  }

  /** @returns {string} the text of a file without its source map. */
  read(name, file) {
    return this.of(name).read(file);
  }
}

/** Replaces the matches of a pattern, of which there must be one. */
export function replaced(text, pattern, replacement, what) {
  must(typeof pattern === 'string' ? text.includes(pattern) : text.search(pattern) >= 0, what);
  return text.replace(pattern, replacement);
}

/** The constants of a module that exports nothing else: `export const Abs = 'Abs';`. */
export function constants(text) {
  return new Map([...text.matchAll(/^export const (\w+) = '(\w+)';/gm)].map(([, name, value]) => [name, value]));
}
