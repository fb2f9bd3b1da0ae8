// Bundles TensorFlow.js with only the operations and kernels that the given models use.
//
//   node runtime_bundle.mjs --web_packages=LOCK --output_dir=DIR --info=FILE --label=LABEL --format=esm|cjs|iife
//                           --minify=true|false --training=true|false [--backend=NAME]… [--extra_kernel=NAME]…
//                           [--extra_op=NAME]… [--model_dir=DIR --model_info=FILE]…
//
// In the folder are tfjs.mjs, tfjs.cjs or tfjs.js with its declarations (tfjs.d.mts, tfjs.d.cts, tfjs.d.ts), and the binaries of
// the wasm backend.

import fs from 'node:fs';
import path from 'node:path';
import zlib from 'node:zlib';
import {parseRepeatedFlags, runMain} from '../node/lib/args.mjs';
import {readJson} from '../node/lib/artifact.mjs';
import {buildRuntime} from './lib/runtime/build.mjs';
import {Packages} from './lib/runtime/source.mjs';
import {usageOf} from './lib/runtime/usage.mjs';

const FILES = {cjs: 'tfjs.cjs', esm: 'tfjs.mjs', iife: 'tfjs.js'};
const DECLARATIONS = {cjs: 'tfjs.d.cts', esm: 'tfjs.d.mts', iife: 'tfjs.d.ts'};
const BINARIES = ['tfjs-backend-wasm.wasm', 'tfjs-backend-wasm-simd.wasm', 'tfjs-backend-wasm-threaded-simd.wasm'];

runMain(async (argv) => {
  const flags = parseRepeatedFlags(argv);
  const [output] = flags.output_dir;
  const packages = new Packages(path.join(path.dirname(flags.web_packages[0]), 'node_modules'));
  const [format] = flags.format;
  const usage = usageOf(flags.model_dir ?? []);
  const {text, declarations, kernels, gradients} = await buildRuntime({
    packages, usage, format,
    customOps: (flags.model_info ?? []).flatMap((file) => Object.keys(readJson(file, 'info file').custom_ops ?? {})),
    backends: flags.backend ?? [],
    extraKernels: flags.extra_kernel ?? [],
    extraOps: flags.extra_op ?? [],
    label: flags.label[0],
    minify: flags.minify[0] === 'true',
    training: flags.training[0] === 'true',
  });
  const files = {[FILES[format]]: Buffer.from(text)};
  if (kernels.wasm) {
    for (const name of BINARIES) files[name] = fs.readFileSync(path.join(packages.of('tfjs-backend-wasm').folder, 'dist', name));
  }
  fs.mkdirSync(output, {recursive: true});
  for (const [name, content] of Object.entries(files)) fs.writeFileSync(path.join(output, name), content);
  fs.writeFileSync(path.join(output, DECLARATIONS[format]), declarations);
  const info = {
    format: 'runtime-bundle',
    module: FILES[format],
    ...sizes(files[FILES[format]]),
    files: Object.fromEntries(Object.entries(files).map(([name, {length}]) => [name, length])),
    versions: {'@tensorflow/tfjs-core': packages.of('tfjs-core').version},
    operations: [...usage.ops].sort(),
    kernels, gradients,
  };
  fs.writeFileSync(flags.info[0], `${JSON.stringify(info, null, 1)}\n`);
});

/** What a page loads: raw, and as servers compress it. */
function sizes(content) {
  return {
    bytes: content.length,
    gzip_bytes: zlib.gzipSync(content, {level: 9}).length,
    brotli_bytes: zlib.brotliCompressSync(content).length,
  };
}
