// Reading facts from the packages' own files.

import fs from 'node:fs';
import path from 'node:path';
import vm from 'node:vm';
import {UserError} from '../lib/args.mjs';

/** The files of one package under `@tensorflow/`. */
export class Package {
  constructor(nodeModules, name) {
    this.name = name;
    this.folder = path.join(nodeModules, '@tensorflow', name);
    this.version = JSON.parse(this.read('package.json')).version;
  }

  static exists(nodeModules, name) {
    return fs.existsSync(path.join(nodeModules, '@tensorflow', name, 'package.json'));
  }

  /** Text of a file, without its source map (which is most of it). */
  read(file) {
    try {
      const text = fs.readFileSync(path.join(this.folder, file), 'utf8');
      return text.replace(/^\/\/# sourceMappingURL=.*$/m, '');
    } catch (error) {
      throw new UserError(`The package @tensorflow/${this.name} has no readable "${file}" (${error.code}); tables ` +
          'are read from version 4.22.0, unpruned of this file.');
    }
  }

  /** Names of a folder's files that end with `suffix`, sorted. */
  list(folder, suffix) {
    return fs.readdirSync(path.join(this.folder, folder)).filter((name) => name.endsWith(suffix)).sort();
  }
}

/** The value of an object or array literal in the source text; nothing but literals evaluates in the empty context. */
export function literal(text) {
  return JSON.parse(vm.runInNewContext(`JSON.stringify((${text}))`, Object.create(null)));
}

/**
 * Top-level blocks of a flat bundle, up to the closing brace at column 0, by the name that the bundle uses:
 * `function name(…) {`, `class Name … {` and `let Name$1 = class Name … {`.
 */
export function blocks(text, keyword) {
  const pattern = new RegExp(
      `^(?:(?:let|const|var) ([\\w$]+) = )?(?:async )?${keyword}\\*?(?: ([\\w$]+))?[^\\n]*\\{\\n([^]*?)^\\}`, 'gm');
  const found = new Map();
  for (const [whole, bound, name] of text.matchAll(pattern)) found.set(bound ?? name, whole);
  return found;
}

/** Fails when a pattern that tables stand on no longer matches the package. */
export function must(match, what) {
  if (!match) throw new UserError(`The packages no longer show ${what}; adapt the table programs to this version.`);
  return match;
}

/** Deterministic JSON: keys sorted at every level, two spaces. */
export function stableJson(value) {
  const sorted = (v) => {
    if (Array.isArray(v)) return v.map(sorted);
    if (v === null || typeof v !== 'object') return v;
    return Object.fromEntries(Object.keys(v).sort().map((key) => [key, sorted(v[key])]));
  };
  return `${JSON.stringify(sorted(value), null, 1)}\n`;
}
