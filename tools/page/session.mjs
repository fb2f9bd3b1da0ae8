// One page in the browser, with one model on one backend.

import {collectProblems} from './problems.mjs';

/** What is wrong with a page, and at which stage: load, run, console or request. */
export class PageError extends Error {
  constructor(stage, message) {
    super(message);
    this.stage = stage;
  }
}

export class Session {
  /**
   * @param {import('playwright-core').BrowserContext} browser
   * @param {string} url the server's, which serves /tools/, /tfjs/ and the source.
   */
  static async open(browser, url) {
    return new Session(await browser.newPage(), url);
  }

  constructor(page, url) {
    this.page = page;
    this.url = url;
    this.problems = collectProblems(page);
  }

  /**
   * Loads scripts, backend and model.
   *
   * @param {import('./runtimes.mjs').PageRuntime} runtime
   * @param {string} backend
   * @param {object} source what `load` in page.mjs takes.
   * @param {number} seconds the most that it may take.
   */
  async load(runtime, backend, source, seconds) {
    await this.stage('load', () => within(seconds, async () => {
      await this.page.goto(`${this.url}/tools/page/page.html`);
      for (const url of runtime.scripts(backend)) await this.page.addScriptTag({url});
      await this.page.addScriptTag({url: '/tools/page/page.mjs', type: 'module'});
      await this.page.evaluate((how) => tfjsPage.start(how), {backend, binaries: runtime.binaries, module: runtime.module});
      await this.page.evaluate((what) => tfjsPage.load(what), source);
    }));
  }

  /**
   * @param {Record<string, import('../node/lib/value.mjs').Value>} inputs by name.
   * @param {string} mode
   * @returns what `run` in page.mjs gives.
   */
  run(inputs, mode) {
    return this.stage('run', () => this.page.evaluate(([values, how]) => tfjsPage.run(values, how), [inputs, mode]));
  }

  /** Does one step, which fails as well if the page has done anything wrong meanwhile. */
  async stage(stage, step) {
    let result;
    let failure;
    try {
      result = await step();
    } catch (error) {
      failure = {stage, text: sentence(error)};
    }
    const found = [...(failure ? [failure] : []), ...this.problems.splice(0)];
    if (found.length) throw new PageError(found[0].stage, found.map(({text}) => text).join('; '));
    return result;
  }

  close() {
    return this.page.close();
  }
}

async function within(seconds, step) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`the model is not loaded after ${seconds} s`)), seconds * 1000);
  });
  try {
    return await Promise.race([step(), late]);
  } finally {
    clearTimeout(timer);
  }
}

/** An error of the page without what Playwright puts before it and the stack after it. */
const sentence = ({message}) => message.split('\n    at ')[0].replace(/^page\.\w+: /, '').replace(/^(Uncaught )?Error: /, '').trim();
