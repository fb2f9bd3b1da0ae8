// Builds the page with Vite: node build_vite.mjs NPM_LOCK SOURCES MODELS TFJS OUTPUT

import {createRequire} from 'node:module';
import path from 'node:path';
import {pathToFileURL} from 'node:url';

const [lock, sources, models, tfjs, output] = process.argv.slice(2).map((argument) => path.resolve(argument));
const {build} = await import(pathToFileURL(createRequire(lock).resolve('vite')));
await build({
  // Not for where it happens to be served from, and nothing from the folder's own settings.
  base: './',
  configFile: false,
  envDir: false,
  publicDir: false,
  root: sources,
  build: {emptyOutDir: true, outDir: output, rollupOptions: {external: [/^node:/]}, target: 'es2022'},
  cacheDir: path.join(output, '.vite'),
  logLevel: 'warn',
  resolve: {alias: {models, tfjs}, preserveSymlinks: true},
});
