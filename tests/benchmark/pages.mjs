// What a page weighs and how long it takes to its first prediction: with a web bundle and a runtime bundle, and with the
// full scripts of @tensorflow/tfjs and the model as it is. README.md beside it says how it is run.
//
//   node pages.mjs --web_packages=LOCK --browser=FILE --driver=DIR --tfjs=FOLDER --model=NAME:DIR:INFO…
//                  [--repetitions=5] [--megabits=10] [--latency=40]
//
// The server compresses code and JSON with Brotli, as servers do ahead of time, and sends weights as they are; the wasm backend
// runs on both sides. Every load is in a browser of its own, which has cached nothing.

import {execFileSync} from 'node:child_process';
import fs from 'node:fs';
import http from 'node:http';
import os from 'node:os';
import path from 'node:path';
import {fileURLToPath} from 'node:url';
import zlib from 'node:zlib';
import {parseRepeatedFlags, runMain} from '../../tools/node/lib/args.mjs';
import {readJson} from '../../tools/node/lib/artifact.mjs';
import {startBrowser} from '../../tools/page/browser.mjs';
import {contentType} from '../../tools/web/lib/assets.mjs';

const WEB = path.join(path.dirname(fileURLToPath(import.meta.url)), '..', '..', 'tools', 'web');
const DONE = 'globalThis.firstPrediction = performance.now();';
const COMPRESSED = /\.(html|js|json|mjs|wasm)$/;

runMain(async (argv) => {
  const flags = parseRepeatedFlags(argv);
  const scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'pages'));
  try {
    console.log('| model | page | code, KB | all, KB | unlimited, s | limited, s |\n| --- | --- | --- | --- | --- | --- |');
    for (const model of flags.model) {
      const [name, directory, infoFile] = model.split(':');
      const info = readJson(infoFile, 'info file');
      const pages = {
        full: fullPage(path.join(scratch, name, 'full'), directory, info, flags.tfjs[0]),
        bundled: bundledPage(path.join(scratch, name, 'bundled'), directory, infoFile, flags.web_packages[0]),
      };
      for (const [kind, figures] of Object.entries(await measure(pages, flags, scratch))) console.log(row(name, kind, figures));
    }
  } finally {
    fs.rmSync(scratch, {recursive: true, force: true});
  }
});

/** Zeros for every input, as a program text; a free axis is 1. */
function zeros({inputs}) {
  return inputs.map(({name, dtype, shape}) =>
    `${JSON.stringify(name)}: tf.zeros(${JSON.stringify(shape.map((size) => size ?? 1))}, ${JSON.stringify(dtype)})`).join(', ');
}

/** What the upstream converter's output asks for: two scripts, and the model by its address. */
function fullPage(folder, directory, info, tfjs) {
  fs.cpSync(directory, path.join(folder, 'model'), {recursive: true});
  fs.cpSync(tfjs, path.join(folder, 'tfjs'), {recursive: true});
  const {inputs: [{name}], format} = info;
  const run = format === 'graph-model' ? `(await tf.loadGraphModel('model/model.json')).execute({${zeros(info)}})` :
    `(await tf.loadLayersModel('model/model.json')).predict(({${zeros(info)}})[${JSON.stringify(name)}])`;
  fs.writeFileSync(path.join(folder, 'index.html'), `<!doctype html><script src="tfjs/tf.min.js"></script>
<script src="tfjs/tf-backend-wasm.min.js"></script>
<script type="module">
tf.wasm.setWasmPaths(new URL('tfjs/', document.baseURI).href);
await tf.setBackend('wasm');
const result = ${run};
for (const tensor of [result].flat()) await tensor.data();
${DONE}
</script>`);
  return folder;
}

function bundledPage(folder, directory, infoFile, lock) {
  const program = (name, ...rest) => execFileSync(process.execPath, [path.join(WEB, name), '--label=//:page', ...rest]);
  const out = (name) => path.join(folder, name);
  program('bundle.mjs', `--output_dir=${out('models')}`, `--headers_dir=${out('headers')}`, `--info=${out('models.json')}`,
      '--model_name=m', `--model_dir=${directory}`, `--model_info=${infoFile}`);
  program('runtime_bundle.mjs', `--web_packages=${lock}`, `--output_dir=${out('tfjs')}`, `--info=${out('tfjs.json')}`,
      '--format=esm', '--minify=true', '--training=false', '--backend=wasm', '--extra_op=zeros',
      `--model_dir=${directory}`, `--model_info=${infoFile}`);
  const info = readJson(infoFile, 'info file');
  fs.writeFileSync(out('index.html'), `<!doctype html><script type="module">
import * as tf from './tfjs/tfjs.mjs';
import {load} from './models/loader.mjs';
await tf.setBackend('wasm');
const model = await load(tf, 'm');
await model.run({${zeros(info)}});
${DONE}
</script>`);
  return folder;
}

/** Loads the pages in turn. @returns for each the bytes that were sent, and its fastest loads in seconds. */
async function measure(pages, flags, scratch) {
  const [count, megabits, latency] = [flags.repetitions?.[0] ?? 5, flags.megabits?.[0] ?? 10, flags.latency?.[0] ?? 40].map(Number);
  const results = {};
  for (let time = 0; time < count; time++) {
    for (const [kind, folder] of Object.entries(pages)) {
      const server = await serve(folder);
      const result = (results[kind] ??= {unlimited: Infinity, limited: Infinity});
      for (const [speed, limit] of [['unlimited', undefined], ['limited', {megabits, latency}]]) {
        const profile = fs.mkdtempSync(path.join(scratch, 'browser'));
        result[speed] = Math.min(result[speed], await load(server.url, limit, flags, profile));
      }
      server.close();
      result.all = sum(server.sent);
      result.code = sum(new Map([...server.sent].filter(([file]) => /\.(html|js|mjs|wasm)$/.test(file))));
    }
  }
  return results;
}

function sum(sent) {
  return [...sent.values()].reduce((total, bytes) => total + bytes, 0);
}

async function load(url, limit, flags, profile) {
  const browser = await startBrowser({browser: flags.browser[0], driver: flags.driver[0], profile});
  try {
    const page = await browser.newPage();
    if (limit) {
      const bytes = limit.megabits * 1e6 / 8;
      const session = await browser.newCDPSession(page);
      await session.send('Network.enable');
      await session.send('Network.emulateNetworkConditions',
          {offline: false, latency: limit.latency, downloadThroughput: bytes, uploadThroughput: bytes});
    }
    await page.goto(`${url}/index.html`, {waitUntil: 'commit'});
    await page.waitForFunction(() => globalThis.firstPrediction, undefined, {timeout: 180000});
    return (await page.evaluate(() => globalThis.firstPrediction)) / 1000;
  } finally {
    await browser.close();
  }
}

/** A server that compresses once, and counts what it sends. */
async function serve(folder) {
  const bodies = new Map();
  const sent = new Map();
  for (const file of fs.readdirSync(folder, {recursive: true})) {
    const full = path.join(folder, file);
    if (!fs.statSync(full).isFile()) continue;
    const content = fs.readFileSync(full);
    bodies.set(`/${file}`, COMPRESSED.test(file) ? zlib.brotliCompressSync(content) : content);
  }
  const server = http.createServer((request, response) => {
    const body = bodies.get(request.url);
    if (!body) return response.writeHead(404).end();
    sent.set(request.url, body.length);
    const encoding = COMPRESSED.test(request.url) ? {'Content-Encoding': 'br'} : {};
    return response.writeHead(200, {
      ...encoding, 'Content-Length': body.length, 'Content-Type': contentType(request.url),
      'Cross-Origin-Embedder-Policy': 'require-corp', 'Cross-Origin-Opener-Policy': 'same-origin',
    }).end(body);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {url: `http://127.0.0.1:${server.address().port}`, sent, close: () => server.close()};
}

function row(name, kind, {code, all, unlimited, limited}) {
  const sizes = [code, all].map((bytes) => Math.round(bytes / 1000).toLocaleString('en'));
  return `| ${[name, kind, ...sizes, unlimited.toFixed(2), limited.toFixed(2)].join(' | ')} |`;
}
