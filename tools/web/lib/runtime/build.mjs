// Cuts TensorFlow.js to size: finds which kernels the code that models reach can name, then bundles it with these alone.

import {createRequire} from 'node:module';
import path from 'node:path';
import {UserError} from '../../../node/lib/args.mjs';
import {must} from '../../../node/tables/source.mjs';
import {bundledDeclarations} from './declarations.mjs';
import {entryText} from './entry.mjs';
import {executorOps, namespacesOf} from './executors.mjs';
import {chosenKernels, gradientModules, kernelModules, kernelNames, namedKernels} from './kernels.mjs';
import {coreNamespaces} from './namespaces.mjs';
import {tensorflowPlugin} from './plugin.mjs';
import {checkOps} from './usage.mjs';

const GLOBAL = 'tf';

/**
 * @param {object} options
 * @param {import('./source.mjs').Packages} options.packages
 * @param {object} options.usage of `usageOf`.
 * @param {string[]} options.customOps operations that the models bring.
 * @param {string[]} options.backends
 * @param {string[]} options.extraKernels
 * @param {string[]} options.extraOps functions to export beside those that every bundle exports.
 * @param {boolean} options.training
 * @param {boolean} options.minify
 * @param {'esm' | 'cjs' | 'iife'} options.format
 * @param {string} options.label
 * @returns {Promise<{text: string, declarations: string, kernels: Record<string, string[]>, gradients: string[]}>}
 */
export async function buildRuntime(options) {
  const {packages, usage, backends, extraKernels} = options;
  checkOps(usage.ops, knownOps(packages), options.customOps);
  const plan = {...options, global: GLOBAL, names: kernelNames(packages), namespaces: namespacesOf(packages), coreNamespaces: coreNamespaces(packages)};
  const unknown = extraKernels.filter((name) => ![...plan.names.values()].includes(name));
  if (unknown.length) throw new UserError(`extra_kernels names ${unknown.join(', ')}, which TensorFlow.js does not have; write names as in its errors: Conv2D.`);
  const all = new Map(backends.map((backend) => [backend, kernelModules(packages, backend)]));
  const allGradients = options.training ? gradientModules(packages) : new Map();
  const esbuild = createRequire(path.join(packages.nodeModules, 'unused.js'))('esbuild');
  try {
    let wanted = new Set(extraKernels);
    for (;;) {
      const {kernels, gradients} = chosen(packages, wanted, all, allGradients);
      const counted = await bundle(esbuild, plan, entryText(plan, kernels, gradients), true);
      const more = new Set([...wanted, ...namedKernels(counted, plan.names)]);
      if (more.size === wanted.size) break;
      wanted = more;
    }
    const {kernels, gradients} = chosen(packages, wanted, all, allGradients);
    const {outputFiles: [{text}]} = await bundle(esbuild, plan, entryText(plan, kernels, gradients), false);
    return {
      text,
      declarations: await bundledDeclarations(plan),
      kernels: Object.fromEntries([...kernels].map(([backend, modules]) => [backend, [...modules.keys()]])),
      gradients: [...gradients.keys()],
    };
  } finally {
    await esbuild.stop();
  }
}

function chosen(packages, wanted, all, allGradients) {
  const kernels = [...all].map(([backend, modules]) => [backend, chosenKernels(packages, backend, modules, wanted)]);
  return {kernels: new Map(kernels), gradients: new Map([...allGradients].filter(([name]) => wanted.has(name)))};
}

async function bundle(esbuild, plan, entry, counting) {
  try {
    return await esbuild.build({
      absWorkingDir: path.dirname(plan.packages.nodeModules),
      bundle: true,
      entryPoints: ['rules_tfjs:entry'],
      format: plan.format,
      globalName: plan.format === 'iife' ? GLOBAL : undefined,
      legalComments: 'none',
      logLevel: 'silent',
      metafile: counting,
      minify: plan.minify && !counting,
      outfile: 'tfjs.js',
      platform: 'neutral',
      mainFields: ['browser', 'module', 'main'],
      plugins: [tensorflowPlugin(plan, entry, counting)],
      preserveSymlinks: true,
      target: 'es2022',
      write: false,
    });
  } catch (error) {
    throw explained(error);
  }
}

/** A function that does not exist is the one fault that users can cause. */
function explained(error) {
  const [, name] = /No matching export in ".*tfjs-core\/dist\/base\.js" for import "(\w+)"/.exec(error.message) ?? [];
  return name ? new UserError(`extra_ops names "${name}", which TensorFlow.js does not have; write names as in tf.NAME.`) : error;
}

/** Every operation that an executor has a case for. */
function knownOps(packages) {
  const converter = packages.of('tfjs-converter');
  const folder = 'dist/operations/executors';
  const files = converter.list(folder, '_executor.js');
  return new Set(must(files.length && files, 'executors').flatMap((file) => executorOps(converter.read(`${folder}/${file}`))));
}
