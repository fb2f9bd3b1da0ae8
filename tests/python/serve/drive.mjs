// Uses the page as a person does: drive.mjs TOOLS BROWSER DRIVER PROFILE URL STEPS, which is JSON; prints what is seen as JSON.

import fs from 'node:fs';
import path from 'node:path';
import {pathToFileURL} from 'node:url';

const [tools, browser, driver, profile, url, steps] = process.argv.slice(2);
const load = (name) => import(pathToFileURL(path.join(tools, 'page', name)));
const {startBrowser} = await load('browser.mjs');
const {collectProblems} = await load('problems.mjs');

const STEPS = {
  backends: async (page, ...names) => {
    for (const box of await page.locator('#backends input').all()) await box.setChecked(names.includes(await box.inputValue()));
  },
  dark: (page) => page.emulateMedia({colorScheme: 'dark'}),
  fill: (page, label, text) => page.getByLabel(label, {exact: true}).fill(text),
  file: (page, label, file) => page.getByLabel(label, {exact: true}).setInputFiles(file),
  /** The microphone hears a constant. */
  microphone: (page, level) => page.evaluate((offset) => {
    navigator.mediaDevices.getUserMedia = async () => {
      const context = new AudioContext();
      const [source, target] = [new ConstantSourceNode(context, {offset}), context.createMediaStreamDestination()];
      source.connect(target);
      source.start();
      return target.stream;
    };
  }, level),
  no_microphone: (page) => page.evaluate(() => {
    navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('', 'NotAllowedError'));
  }),
  record: async (page) => {
    await page.getByRole('button', {name: 'Record'}).click();
    await page.waitForFunction(() => !document.querySelector('fieldset.input button').disabled);
    return page.locator('fieldset.input [role=status]').textContent();
  },
  run: async (page) => {
    await page.getByRole('button', {name: 'Run', exact: true}).click();
    await page.waitForSelector('body[data-state=ready]');
    const problem = await page.locator('#problem').textContent();
    return problem ? {problem} : shown(page);
  },
  seen: (page) => page.evaluate(() => document.body.innerText),
  source: (page, input, name) => page.locator(`[data-input="${input}"]`).getByRole('radio', {name, exact: true}).check(),
  unlabelled: (page) => page.locator('input, select, textarea, button, canvas').evaluateAll((controls) => controls
      .filter((control) => !control.labels?.length && !control.textContent.trim() && !control.ariaLabel).map((control) => control.outerHTML)),
  width: async (page, width) => {
    await page.setViewportSize({width, height: 800});
    return page.evaluate(() => document.documentElement.scrollWidth);
  },
};

async function shown(page) {
  const outputs = {};
  for (const output of await page.locator('.output').all()) {
    const saved = page.waitForEvent('download');
    await output.getByText('Download as JSON').click();
    const file = await (await saved).path();
    outputs[await output.getAttribute('data-output')] = {
      numbers: await output.locator('.numbers').textContent(),
      pictures: await output.locator('canvas, .bars, .single').evaluateAll((all) => all.map((each) => each.className)),
      saved: JSON.parse(fs.readFileSync(file, 'utf8')),
    };
  }
  const rows = await page.locator('#latencies tbody tr').evaluateAll((all) => all.map((row) => [row.dataset.backend,
    Object.fromEntries([...row.querySelectorAll('td')].map((cell) => [cell.dataset.column, cell.textContent]))]));
  const plot = await page.locator('#latencies svg').getAttribute('aria-label');
  return {outputs, plot, rows: Object.fromEntries(rows), told: await page.locator('#results > .hint').textContent()};
}

const context = await startBrowser({browser, driver, profile});
try {
  const page = await context.newPage();
  const problems = collectProblems(page);
  const hosts = new Set();
  page.on('request', (request) => hosts.add(new URL(request.url()).host));
  await page.goto(url);
  await page.waitForSelector('body[data-state=ready]');
  const results = [];
  for (const [step, ...words] of JSON.parse(steps)) results.push((await STEPS[step](page, ...words)) ?? null);
  const own = new URL(url).host;
  process.stdout.write(JSON.stringify({results, problems, elsewhere: [...hosts].filter((host) => host && host !== own)}));
} finally {
  await context.close();
}
