// Starts a headless Chromium that talks to nobody but the page's own server.

import {createRequire} from 'node:module';
import path from 'node:path';
import {UserError} from '../node/lib/args.mjs';

const ARGUMENTS = [
  // Where tests and actions run is a sandbox already, and one inside it is often forbidden.
  '--no-sandbox',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
  // Shared memory is small in containers.
  '--disable-dev-shm-usage',
  // WebGL and WebGPU in software, the same on every machine.
  '--use-angle=swiftshader',
  '--enable-unsafe-swiftshader',
  '--enable-unsafe-webgpu',
  '--use-webgpu-adapter=swiftshader',
];

/**
 * @param {object} options
 * @param {string} options.browser the executable; a folder `lib` and a `fonts.conf` beside it are used where they are.
 * @param {string} options.driver a `node_modules` folder with playwright-core.
 * @param {string} options.profile an empty folder for everything that the browser writes.
 * @param {string[]} [options.flags] further flags of Chromium.
 * @returns {Promise<import('playwright-core').BrowserContext>} to be closed by the caller.
 */
export async function startBrowser({browser, driver, profile, flags = []}) {
  const executablePath = path.resolve(browser);
  const folder = path.dirname(executablePath);
  const home = path.resolve(profile);
  const {chromium} = createRequire(path.resolve(driver, 'unused.js'))('playwright-core');
  try {
    return await chromium.launchPersistentContext(home, {
      args: [...ARGUMENTS, ...flags],
      chromiumSandbox: false,
      env: {FONTCONFIG_PATH: folder, HOME: home, LD_LIBRARY_PATH: path.join(folder, 'lib'), TMPDIR: home, XDG_CACHE_HOME: home},
      executablePath,
      headless: true,
    });
  } catch (error) {
    throw new UserError(`The browser "${browser}" did not start: ${error.message.split('\n')[0]}`, {cause: error});
  }
}
