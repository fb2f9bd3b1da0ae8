// What a page weighs and how long it takes to its first prediction: with a web bundle and a runtime bundle, and with the
// upstream converter's output and the full scripts of @tensorflow/tfjs. README.md beside it says how it is run.
//
//   node pages.mjs --web_packages=LOCK --browser=FILE --driver=DIR --tfjs=FOLDER --model=NAME:DIR:INFO:UPSTREAM_DIR…
//                  [--backend=wasm]… [--repetitions=5] [--megabits=10] [--latency=40]
//
// Every load is in a browser of its own, which has cached nothing. A page that does not get to a prediction is told in the table.

import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import {parseRepeatedFlags, runMain} from '../../tools/node/lib/args.mjs';
import {startBrowser} from '../../tools/page/browser.mjs';
import {bundledPage, upstreamPage} from './page_folders.mjs';
import {servePage} from './page_server.mjs';

const CODE = /\.(html|js|mjs|wasm)$/;

runMain(async (argv) => {
  const flags = parseRepeatedFlags(argv);
  const scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'pages'));
  try {
    console.log('| model | backend | page | code, KB | all, KB | unlimited, s | limited, s |\n| --- | --- | --- | --- | --- | --- | --- |');
    for (const model of flags.model) {
      for (const backend of flags.backend ?? ['wasm']) {
        const [name, directory, infoFile, upstream] = model.split(':');
        const folder = (kind) => path.join(scratch, name, backend, kind);
        const pages = {
          upstream: upstreamPage(folder('upstream'), {backend, model: upstream, tfjs: flags.tfjs[0]}),
          bundled: bundledPage(folder('bundled'), {backend, directory, infoFile, lock: flags.web_packages[0]}),
        };
        for (const [kind, figures] of Object.entries(await measure(pages, flags, scratch))) console.log(row([name, backend, kind], figures));
      }
    }
  } finally {
    fs.rmSync(scratch, {recursive: true, force: true});
  }
});

/** Loads the pages in turn. @returns for each the bytes that were sent, and its fastest loads in seconds. */
async function measure(pages, flags, scratch) {
  const [count, megabits, latency] = [flags.repetitions?.[0] ?? 5, flags.megabits?.[0] ?? 10, flags.latency?.[0] ?? 40].map(Number);
  const results = {};
  for (let time = 0; time < count; time++) {
    for (const [kind, folder] of Object.entries(pages)) {
      const server = await servePage(folder);
      const result = (results[kind] ??= {unlimited: Infinity, limited: Infinity});
      try {
        for (const [speed, limit] of [['unlimited', undefined], ['limited', {megabits, latency}]]) {
          const profile = fs.mkdtempSync(path.join(scratch, 'browser'));
          result[speed] = Math.min(result[speed], await load(server.url, limit, flags, profile));
        }
      } catch (error) {
        result.failure = error.message;
      } finally {
        server.close();
      }
      result.all = sum(server.sent);
      result.code = sum([...server.sent].filter(([file]) => CODE.test(file)));
    }
  }
  return results;
}

/** @returns {Promise<number>} seconds from the navigation to the first prediction. */
async function load(url, limit, flags, profile) {
  const browser = await startBrowser({browser: flags.browser[0], driver: flags.driver[0], profile});
  try {
    const page = await browser.newPage();
    const failed = new Promise((_, reject) => page.once('pageerror', reject));
    if (limit) await throttle(await browser.newCDPSession(page), limit);
    await page.goto(`${url}/index.html`, {waitUntil: 'commit'});
    const predicted = page.waitForFunction(() => globalThis.firstPrediction, undefined, {timeout: 180000});
    return (await (await Promise.race([predicted, failed])).jsonValue()) / 1000;
  } finally {
    await browser.close();
  }
}

async function throttle(session, {megabits, latency}) {
  const bytes = megabits * 1e6 / 8;
  await session.send('Network.enable');
  await session.send('Network.emulateNetworkConditions',
      {offline: false, latency, downloadThroughput: bytes, uploadThroughput: bytes});
}

const sum = (sent) => [...sent].reduce((total, [, bytes]) => total + bytes, 0);

function row(names, {code, all, unlimited, limited, failure}) {
  const sizes = [code, all].map((bytes) => Math.round(bytes / 1000).toLocaleString('en'));
  const times = failure ? [`does not run: ${failure.split('\n')[0]}`, ''] : [unlimited.toFixed(2), limited.toFixed(2)];
  return `| ${[...names, ...sizes, ...times].join(' | ')} |`;
}
