// Collects what a page does wrong without saying so to who drives it.

/** Chromium logs each failed request as well, without its address. */
const REPEATED = /^Failed to load resource:/;

/**
 * @param {import('playwright-core').Page} page
 * @returns {{stage: 'console' | 'request', text: string}[]} which grows while the page lives.
 */
export function collectProblems(page) {
  const problems = [];
  const add = (stage, text) => problems.push({stage, text});
  page.on('console', (message) => {
    if (message.type() === 'error' && !REPEATED.test(message.text())) add('console', `the page logs the error "${message.text()}"`);
  });
  page.on('pageerror', (error) => add('console', `the page throws "${error.message}"`));
  page.on('crash', () => add('console', 'the page crashes'));
  const refused = new Set();
  page.on('response', (response) => {
    if (response.status() < 400) return;
    refused.add(response.request());
    add('request', `${place(response)} is answered with ${response.status()}`);
  });
  page.on('requestfailed', (request) => {
    // A refusal whose content nobody reads ends as a failure as well.
    if (!refused.has(request)) add('request', `${place(request)} cannot be fetched (${request.failure()?.errorText})`);
  });
  return problems;
}

const place = (what) => new URL(what.url()).pathname;
