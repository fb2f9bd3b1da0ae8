// Opens a page in the pinned browser and prints what it shows: node open_page.mjs BROWSER DRIVER PROFILE PAGE MODELS TFJS

import {startBrowser} from '../../tools/page/browser.mjs';
import {collectProblems} from '../../tools/page/problems.mjs';
import {startServer} from '../../tools/page/server.mjs';

const [executable, driver, profile, folder, models, tfjs] = process.argv.slice(2);
const server = await startServer({'/models/': models, '/tfjs/': tfjs, '/': folder});
const browser = await startBrowser({browser: executable, driver, profile});
try {
  const page = await browser.newPage();
  const problems = collectProblems(page);
  const requests = [];
  page.on('request', (request) => requests.push(new URL(request.url()).pathname));
  await page.goto(`${server.url}/index.html`);
  await page.waitForFunction(() => document.querySelector('#scores').textContent.startsWith('['), undefined, {timeout: 30000})
      .catch(() => problems.push({text: 'the page shows no scores'}));
  const scores = await page.textContent('#scores');
  console.log(JSON.stringify({scores: problems.length ? [] : JSON.parse(scores), problems, requests}));
} finally {
  await browser.close();
  await server.close();
}
