// Visits a page in the pinned Chromium: serves its folders, opens it, does there what a script says, and writes what came of it.
//
//   node visit.mjs --task=FILE --result=FILE
//
// The task holds {browser, driver, profile, folders, query, script, argument}; `script` is a module that exports
// `visit(page, argument)`. With {microphone: FILE}, pages may record, and hear that WAV file once. The result holds what the
// script gives, and what the page did wrong: {value, problems}.

import fs from 'node:fs';
import path from 'node:path';
import {pathToFileURL} from 'node:url';
import {parseFlags, runMain} from '../../tools/node/lib/args.mjs';
import {readJson} from '../../tools/node/lib/artifact.mjs';
import {startBrowser} from '../../tools/page/browser.mjs';
import {collectProblems} from '../../tools/page/problems.mjs';
import {startServer} from '../../tools/page/server.mjs';

runMain(async (argv) => {
  const flags = parseFlags(argv, {task: {required: true}, result: {required: true}});
  const task = readJson(flags.task, 'task');
  const {visit} = await import(pathToFileURL(path.resolve(task.script)).href);
  const server = await startServer(task.folders);
  const browser = await startBrowser({...task, flags: task.microphone ? hearing(task.microphone) : []});
  try {
    const page = await browser.newPage();
    const problems = collectProblems(page);
    await page.goto(`${server.url}/index.html${task.query}`);
    const value = await visit(page, task.argument);
    fs.writeFileSync(flags.result, JSON.stringify({value, problems: problems.map(({text}) => text)}));
  } finally {
    await browser.close();
    await server.close();
  }
});

/** Chromium's flags for a microphone that hears a file, and for nobody being asked whether it may. */
const hearing = (file) => [
  '--use-fake-device-for-media-stream',
  '--use-fake-ui-for-media-stream',
  `--use-file-for-fake-audio-capture=${file}%noloop`,
];
