// Runs the model on one backend: the first run, then steady ones.

import {Backend} from './backend.mjs';

/**
 * @typedef {object} Measured
 * @property {string} backend
 * @property {number} loadMs
 * @property {number} first in ms
 * @property {number[]} steady in ms
 * @property {object} memory
 * @property {{name: string, value: object}[]} outputs of the last run.
 */

/**
 * Begins anew each time, since a backend compiles only once.
 *
 * @param {string} name
 * @param {object} about
 * @param {Record<string, object>} values
 * @param {number} runs how many steady ones, at least 1.
 * @param {(text: string) => void} tell
 * @returns {Promise<Measured>}
 */
export async function measure(name, about, values, runs, tell) {
  const backend = new Backend(name, about);
  try {
    tell(`${name}: loading`);
    await backend.open();
    tell(`${name}: first run`);
    let {ms, outputs} = await backend.run(values);
    const first = ms;
    const steady = [];
    while (steady.length < runs) {
      tell(`${name}: run ${steady.length + 1} of ${runs}`);
      ({ms, outputs} = await backend.run(values));
      steady.push(ms);
    }
    return {backend: name, loadMs: backend.loadMs, first, steady, memory: backend.memory(), outputs};
  } finally {
    backend.close();
  }
}
