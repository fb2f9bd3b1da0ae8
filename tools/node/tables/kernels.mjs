// Writes kernels.json: the kernels that each backend's package registers.
//
//   node tables/kernels.mjs --node_modules=DIR --output=FILE
//
// {"versions": {PACKAGE: VERSION}, "kernels": {BACKEND: [NAME, ...]}}
//
// A set of packages may leave webgpu out, and then the table does too. Loading a backend's package registers its
// kernels, also where the backend itself (a browser's) cannot start.

import fs from 'node:fs';
import {parseFlags, runMain, UserError} from '../lib/args.mjs';
import {PACKAGE_FLAGS, Runtime} from '../lib/runtime.mjs';
import {Package, stableJson} from './source.mjs';

const REQUIRED = ['cpu', 'wasm', 'webgl'];
const OPTIONAL = ['webgpu'];

runMain(async (argv) => {
  const flags = parseFlags(argv, {...PACKAGE_FLAGS, output: {required: true}});
  const runtime = new Runtime(flags);
  const versions = {};
  const kernels = {};
  const present = OPTIONAL.filter((backend) => Package.exists(runtime.folder, `tfjs-backend-${backend}`));
  for (const backend of [...REQUIRED, ...present]) {
    const name = `tfjs-backend-${backend}`;
    versions[name] = new Package(runtime.folder, name).version;
    runtime.require(`@tensorflow/${name}`);
    kernels[backend] = runtime.core.getKernelsForBackend(backend).map(({kernelName}) => kernelName).sort();
    if (kernels[backend].length === 0) throw new UserError(`The package @tensorflow/${name} registers no kernels.`);
  }
  fs.writeFileSync(flags.output, stableJson({versions, kernels}));
});
