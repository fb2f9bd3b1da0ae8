// Random input that a seed gives again, the same in every browser.

import {toArray} from './arrays.mjs';
import {count} from './shapes.mjs';

/** @returns {() => number} from 0 to 1, 1 left out (mulberry32). */
export function generator(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** The range that an input's numbers are taken from unless another is typed. */
export const firstRange = (dtype) => (dtype === 'int32' ? [0, 9] : [0, 1]);

/**
 * @param {string} dtype
 * @param {number[]} shape
 * @param {{seed: number, range: [number, number]}} how
 * @returns {import('../../node/lib/value.mjs').Value}
 */
export function randomValue(dtype, shape, {seed, range: [low, high]}) {
  if (!(low <= high)) throw new Error(`The range from ${low} to ${high} is empty; write the smaller number first.`);
  const next = generator(seed);
  const draw = {
    bool: () => (next() < 0.5 ? 0 : 1),
    int32: () => Math.floor(low + next() * (high - low + 1)),
    string: () => `word ${Math.floor(next() * 1000)}`,
  }[dtype] ?? (() => low + next() * (high - low));
  const length = count(shape) * (dtype === 'complex64' ? 2 : 1);
  return {dtype, shape, values: toArray(dtype, Array.from({length}, draw))};
}
