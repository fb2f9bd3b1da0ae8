// TypeScript declarations of a bundle: TensorFlow.js's own of what the bundle exports and of what these mention, in one file.

import fs from 'node:fs';
import {createRequire} from 'node:module';
import path from 'node:path';
import {entryDeclarations} from './entry.mjs';

const ENTRY = 'rules_tfjs.d.ts';
// The packages' declarations are not made for every strict compiler, nor for one that lacks @webgpu/types.
const HEAD = '// @ts-nocheck';

/**
 * @param {object} plan what `entryDeclarations` takes, with `packages`, `format` and `global`, the name that a script sets.
 * @returns {Promise<string>} the content of a `.d.ts` file.
 */
export async function bundledDeclarations(plan) {
  const require = createRequire(path.join(plan.packages.nodeModules, 'unused.js'));
  const {rollup} = require('rollup');
  const {dts} = require('rollup-plugin-dts');
  const bundle = await rollup({
    input: ENTRY,
    onwarn: ({message}) => { throw new Error(message); },
    plugins: [source(plan), dts({respectExternal: true})],
    treeshake: {moduleSideEffects: false},
  });
  const {output: [{code}]} = await bundle.generate({format: 'es'});
  await bundle.close();
  const text = code.replace(/^\/\/\/ <(reference|amd-module) .*\n/gm, '');
  return `${HEAD}\n${text.trimEnd()}\n${plan.format === 'iife' ? `export as namespace ${plan.global};\n` : ''}`;
}

/** Finds the packages' declarations; TypeScript's own search would want each to be a complete package. */
function source(plan) {
  const {nodeModules} = plan.packages;
  return {
    name: 'tensorflow',
    resolveId(id, importer) {
      if (id === ENTRY) return path.join(nodeModules, ENTRY);
      const file = id.startsWith('.') ? path.resolve(path.dirname(importer), id) : path.join(nodeModules, id);
      const found = [`${file}.d.ts`, path.join(file, 'index.d.ts'), path.join(file, 'dist', 'index.d.ts')].find((each) => fs.existsSync(each));
      if (!found) throw new Error(`There are no declarations of "${id}", which ${importer} imports.`);
      return found;
    },
    load: (id) => (path.basename(id) === ENTRY ? entryDeclarations(plan) : null),
  };
}
