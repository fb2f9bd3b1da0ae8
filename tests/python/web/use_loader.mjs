// Loads a model through a bundle's loader, runs it, and prints what came of it.
//
//   node use_loader.mjs NODE_MODULES LOADER JOB     with JOB: {"model", "inputs", "options", "times"}

import {createRequire} from 'node:module';
import path from 'node:path';
import {pathToFileURL} from 'node:url';

const [modules, loaderFile, jobText] = process.argv.slice(2);
const require = createRequire(path.join(path.resolve(modules), 'unused.js'));
const core = require('@tensorflow/tfjs-core');
require('@tensorflow/tfjs-backend-cpu');
core.enableProdMode();
await core.setBackend('cpu');
const tf = {...core, ...require('@tensorflow/tfjs-converter'), ...require('@tensorflow/tfjs-layers')};
const file = path.resolve(loaderFile);
const {load, names} = file.endsWith('.cjs') ? require(file) : await import(pathToFileURL(file));
const {model: name, inputs, options = {}, times = 1} = JSON.parse(jobText);

const report = {names, progress: []};
try {
  const model = await load(tf, name, {...options, onProgress: (share) => report.progress.push(share)});
  Object.assign(report, {inputs: model.inputs, outputs: model.outputs, execution: model.execution});
  let results;
  let before;
  for (let time = 0; time < times; time++) {
    results = await model.run(inputs);
    // The first run may make what a model keeps.
    before ??= core.memory().numTensors;
  }
  report.leaked = core.memory().numTensors - before;
  report.results = Object.fromEntries(Object.entries(results).map(([key, {data, shape, dtype}]) =>
    [key, {data: Array.from(data), kind: data.constructor.name, shape, dtype}]));
  const tensors = await model.runTensors(inputs);
  report.tensors = Object.fromEntries(Object.entries(tensors).map(([key, tensor]) => [key, tensor.shape]));
  core.dispose(tensors);
  report.leaked += core.memory().numTensors - before;
} catch (error) {
  report.error = error.message;
}
console.log(JSON.stringify(report));
