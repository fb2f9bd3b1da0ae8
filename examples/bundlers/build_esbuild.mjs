// Builds the page with esbuild: node build_esbuild.mjs NPM_LOCK SOURCES MODELS TFJS OUTPUT

import fs from 'node:fs';
import {createRequire} from 'node:module';
import path from 'node:path';

const [lock, sources, models, tfjs, output] = process.argv.slice(2).map((argument) => path.resolve(argument));
const esbuild = createRequire(lock)('esbuild');
await esbuild.build({
  absWorkingDir: sources,
  alias: {models, tfjs},
  bundle: true,
  entryPoints: ['main.mjs'],
  format: 'esm',
  minify: true,
  outfile: path.join(output, 'main.mjs'),
  // The loader reads files in Node, and fetches them in a browser.
  external: ['node:*'],
  preserveSymlinks: true,
  target: 'es2022',
});
fs.copyFileSync(path.join(sources, 'index.html'), path.join(output, 'index.html'));
