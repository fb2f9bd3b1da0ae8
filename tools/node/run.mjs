// Runs models on inputs from files and writes their outputs by name.
//
//   node run.mjs --jobs=FILE --results=FILE [--node_modules=DIR | --runtime_bundle=FILE]
//
// The jobs file holds a list of
//   {"model": DIR, "inputs": {NAME: FILE}, "outputs": DIR, "backend": "cpu" | "wasm",
//    "mode": "auto" | "predict" | "executeAsync", "info": FILE}
// of which the last three may be left out (cpu, auto, none). Inputs are .npy files, or .json for strings; each output
// is written to its own file in the outputs folder, and the results file lists for each job, in order,
//   {"outputs": {NAME: {"file": FILE, "dtype": ..., "shape": [...]}}, "mode": ..., "format": ...,
//    "default_outputs": [...]}
// or {"error": SENTENCE, "stage": "load" | "inputs" | "run"}. A failed job does not stop the others, nor does it change
// the exit code.

import fs from 'node:fs';
import path from 'node:path';
import {parseFlags, runMain, UserError} from './lib/args.mjs';
import {readJson} from './lib/artifact.mjs';
import {loadModel} from './lib/model.mjs';
import {runModel} from './lib/named_model.mjs';
import {readValue, writeValue} from './lib/npy.mjs';
import {BundledRuntime, PACKAGE_FLAGS, Runtime} from './lib/runtime.mjs';
import {fromTensor, toTensor} from './lib/tensors.mjs';

/** Keeps the last model, since jobs of one model usually come one after another. */
class Loader {
  constructor(runtime) {
    this.runtime = runtime;
  }

  async get({model, backend = 'cpu', info}) {
    const key = JSON.stringify([model, backend, info]);
    if (this.key === key) return this.model;
    this.release();
    await this.runtime.start(backend);
    this.model = await loadModel(this.runtime, model, info && readJson(info, 'info file'));
    this.key = key;
    return this.model;
  }

  release() {
    this.model?.dispose();
    this.key = this.model = undefined;
  }
}

async function runJob(runtime, loader, job) {
  let stage = 'load';
  const inputs = {};
  let outputs = {};
  try {
    const model = await loader.get(job);
    stage = 'inputs';
    for (const [name, file] of Object.entries(job.inputs)) inputs[name] = toTensor(runtime.core, readValue(file));
    stage = 'run';
    const ran = await runModel(model, inputs, job.mode);
    outputs = ran.outputs;
    fs.mkdirSync(job.outputs, {recursive: true});
    const written = {};
    for (const [index, name] of model.outputs.entries()) {
      if (!outputs[name]) throw new UserError(`The model "${job.model}" gave no output "${name}".`);
      const value = await fromTensor(outputs[name]);
      // Files are numbered because names may hold slashes and colons.
      const file = writeValue(path.join(job.outputs, String(index)), value);
      written[name] = {file, dtype: value.dtype, shape: value.shape};
    }
    return {outputs: written, mode: ran.mode, format: model.format, default_outputs: model.defaultOutputs};
  } catch (error) {
    // A failed kernel may leave its backend in doubt, and a model half-initialised.
    loader.release();
    return {error: String(error?.message ?? error), stage};
  } finally {
    runtime.core.dispose(inputs);
    runtime.core.dispose(outputs);
  }
}

runMain(async (argv) => {
  const flags = parseFlags(argv, {jobs: {required: true}, results: {required: true}, runtime_bundle: {}, ...PACKAGE_FLAGS});
  const jobs = readJson(flags.jobs, 'jobs file');
  if (!Array.isArray(jobs)) throw new UserError(`The jobs file "${flags.jobs}" must hold a list.`);
  console.warn = () => {};
  const runtime = flags.runtime_bundle ? await BundledRuntime.load(flags.runtime_bundle) : new Runtime(flags);
  const loader = new Loader(runtime);
  const results = [];
  for (const job of jobs) results.push(await runJob(runtime, loader, job));
  fs.writeFileSync(flags.results, JSON.stringify(results));
});
