// The model, by the bundle's loader.

import {load} from '../models/loader.mjs';
import * as tf from '../tfjs/tfjs.mjs';

/**
 * @param {object} [options]
 * @param {string} [options.backend] `webgl` or `wasm`; else what TensorFlow.js holds to be the fastest here.
 * @param {(share: number) => void} [options.onProgress] hears how much of the model is loaded, 0 to 1.
 */
export async function loadPitch({backend, onProgress} = {}) {
  if (backend && !(await tf.setBackend(backend))) throw new Error(`This browser has no ${backend}.`);
  await tf.ready();
  const model = await load(tf, 'basic_pitch', {onProgress});
  return {
    backend: tf.getBackend(),
    /** @returns {Promise<{note: Float32Array, onset: Float32Array}>} for each frame of a window each of 88 pitches, 0 to 1. */
    async hear(window) {
      const {note, onset} = await model.run({input_2: window});
      return {note: note.data, onset: onset.data};
    },
  };
}
