// Prints how many bytes of JavaScript the whole of TensorFlow.js is, as @tensorflow/tfjs puts it together: node full_size.mjs LOCK

import {createRequire} from 'node:module';
import path from 'node:path';

const lock = path.resolve(process.argv[2]);
const esbuild = createRequire(lock)('esbuild');
const packages = ['core', 'converter', 'layers', 'backend-cpu', 'backend-webgl'];
const {outputFiles: [{text}]} = await esbuild.build({
  bundle: true,
  format: 'iife',
  globalName: 'tf',
  legalComments: 'none',
  logLevel: 'error',
  minify: true,
  platform: 'browser',
  stdin: {
    contents: packages.map((name) => `export * from '@tensorflow/tfjs-${name}';`).join('\n') +
        "import '@tensorflow/tfjs-core/dist/public/chained_ops/register_all_chained_ops';",
    resolveDir: path.dirname(lock),
  },
  write: false,
});
console.log(text.length);
await esbuild.stop();
