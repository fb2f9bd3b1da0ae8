// Builds the page with webpack: node build_webpack.mjs NPM_LOCK SOURCES MODELS TFJS OUTPUT

import fs from 'node:fs';
import {createRequire} from 'node:module';
import path from 'node:path';
import {promisify} from 'node:util';

const [lock, sources, models, tfjs, output] = process.argv.slice(2).map((argument) => path.resolve(argument));
const webpack = createRequire(lock)('webpack');
const stats = await promisify(webpack)({
  context: sources,
  entry: './main.mjs',
  experiments: {outputModule: true},
  externals: /^node:/,
  externalsType: 'module-import',
  mode: 'production',
  // What the browser says of a module's address, and not where it lay when it was built.
  module: {parser: {javascript: {importMeta: false}}},
  output: {filename: 'main.mjs', module: true, path: output},
  performance: false,
  resolve: {alias: {models, tfjs}, symlinks: false},
  target: ['web', 'es2022'],
});
if (stats.hasErrors() || stats.hasWarnings()) throw new Error(stats.toString({all: false, errors: true, warnings: true}));
fs.copyFileSync(path.join(sources, 'index.html'), path.join(output, 'index.html'));
