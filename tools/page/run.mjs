// Runs models in a browser, as tools/node/run.mjs does in Node: the same jobs file, the same results file.
//
//   node run.mjs --jobs=FILE --results=FILE --node_modules=DIR --browser=FILE --driver=DIR
//                [--runtime_bundle=FILE] [--bundle_model=NAME] [--load_seconds=30]
//
// TensorFlow.js is --runtime_bundle, or else the page's scripts in --node_modules; --driver holds playwright-core. With
// --bundle_model, the jobs' "model" is the folder of a web bundle, whose loader then loads the model of that name. Backends
// are cpu, wasm, webgl, webgpu. A job also fails ("stage": "console" or "request") if the page logs an error or a request of it fails meanwhile.

import fs from 'node:fs';
import path from 'node:path';
import {fileURLToPath} from 'node:url';
import {parseFlags, runMain, UserError} from '../node/lib/args.mjs';
import {readJson, readModelJson} from '../node/lib/artifact.mjs';
import {readValue, writeValue} from '../node/lib/npy.mjs';
import {startBrowser} from './browser.mjs';
import {bundledRuntime, packagedRuntime} from './runtimes.mjs';
import {startServer} from './server.mjs';
import {Session} from './session.mjs';

const TOOLS = path.dirname(path.dirname(fileURLToPath(import.meta.url)));

runMain(async (argv) => {
  const flags = parseFlags(argv, {
    browser: {required: true}, bundle_model: {}, driver: {required: true}, jobs: {required: true}, load_seconds: {default: '30'},
    node_modules: {required: true}, results: {required: true}, runtime_bundle: {},
  });
  const jobs = readJson(flags.jobs, 'jobs file');
  if (!Array.isArray(jobs)) throw new UserError(`The jobs file "${flags.jobs}" must hold a list.`);
  const profile = fs.mkdtempSync(path.join(path.dirname(path.resolve(flags.results)), 'browser'));
  const browser = await startBrowser({browser: flags.browser, driver: flags.driver, profile});
  try {
    const pages = new Pages(browser, flags);
    const results = [];
    for (const job of jobs) results.push(await runJob(pages, job));
    await pages.close();
    fs.writeFileSync(flags.results, JSON.stringify(results));
  } finally {
    await browser.close();
    fs.rmSync(profile, {recursive: true, force: true});
  }
});

/** Keeps the last page, since jobs of one model and backend come one after another. */
class Pages {
  constructor(browser, flags) {
    this.browser = browser;
    this.flags = flags;
    this.runtime = flags.runtime_bundle ? bundledRuntime(flags.runtime_bundle) : packagedRuntime(flags.node_modules);
  }

  async get(job) {
    const key = JSON.stringify([job.model, job.backend]);
    if (this.key !== key) {
      await this.close();
      this.key = key;
      this.loading = this.load(job);
    }
    // A model that did not load once does not load for the next input.
    return this.loading;
  }

  async load({model, backend, info}) {
    const {bundle_model: name, load_seconds: seconds} = this.flags;
    this.server = await startServer({'/source/': model, '/tfjs/': this.runtime.folder, '/tools/': TOOLS});
    this.session = await Session.open(this.browser, this.server.url);
    const source = name === undefined ? modelSource(model, info) : {url: '/source/', name};
    await this.session.load(this.runtime, backend, source, Number(seconds));
    return this.session;
  }

  async close() {
    await this.session?.close();
    await this.server?.close();
    this.session = this.server = this.key = undefined;
  }
}

function modelSource(model, info) {
  const {json: {format, signature, userDefinedMetadata}} = readModelJson(model);
  return {url: '/source/', json: {format, signature, userDefinedMetadata}, info: info && readJson(info, 'info file')};
}

async function runJob(pages, job) {
  let stage = 'load';
  try {
    const session = await pages.get(job);
    stage = 'inputs';
    const inputs = Object.fromEntries(Object.entries(job.inputs).map(([name, file]) => [name, readValue(file)]));
    const {outputs, mode, format, defaultOutputs} = await session.run(inputs, job.mode ?? 'auto');
    fs.mkdirSync(job.outputs, {recursive: true});
    const written = Object.fromEntries(outputs.map(({name, value}, index) => {
      const file = writeValue(path.join(job.outputs, String(index)), value);
      return [name, {file, dtype: value.dtype, shape: value.shape}];
    }));
    return {outputs: written, mode, format, default_outputs: defaultOutputs};
  } catch (error) {
    return {error: error.message, stage: error.stage ?? stage};
  }
}
