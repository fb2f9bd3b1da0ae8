// Inputs to try a model on, when nothing is known of it but its inputs' dtypes and shapes.

import {Value} from './value.mjs';

/**
 * Sizes for free axes: [first axis, others, rank where it is unknown], tried in this order until one runs. One is
 * enough for most models; convolutions want some width, and models on raw audio want samples along their only axis.
 */
const SIZES = [[1, 1, 1], [1, 32, 2], [1, 224, 4], [32, 32, 0], [16000, 1, 3]];

/** Values, tried in this order: an output that is finite for one of them is finite where the input allows. */
export const FILLS = ['ones', 'zeros', 'small values'];

/**
 * @param {import('./named_model.mjs').Port[]} ports
 * @returns {number[][][]} the distinct choices of shapes, each a shape for every port.
 */
export function shapeChoices(ports) {
  const choices = SIZES.map(([first, other, rank]) => ports.map(({shape}) => {
    const axes = shape ?? Array(rank).fill(null);
    return axes.map((size, axis) => size ?? (axis === 0 ? first : other));
  }));
  const seen = new Set();
  return choices.filter((choice) => !seen.has(JSON.stringify(choice)) && seen.add(JSON.stringify(choice)));
}

/** @returns {Value} strings are empty, booleans true, whatever the fill. */
export function fill(dtype, shape, kind) {
  const count = shape.reduce((a, b) => a * b, 1);
  if (dtype === 'string') return new Value(dtype, shape, Array(count).fill(new Uint8Array()));
  if (dtype === 'bool') return new Value(dtype, shape, new Uint8Array(count).fill(1));
  if (dtype === 'int32') return new Value(dtype, shape, new Int32Array(count).fill(kind === 'ones' ? 1 : 0));
  const values = new Float32Array(dtype === 'complex64' ? 2 * count : count);
  // The small values differ from one another, so that a variance or a norm of them is not zero.
  values.forEach((_, i) => (values[i] = {ones: 1, zeros: 0, 'small values': 0.01 * ((i * 7) % 11) - 0.04}[kind]));
  return new Value(dtype === 'complex64' ? dtype : 'float32', shape, values);
}

/** The first element that is NaN or infinite, or -1. @param {Value} value */
export function firstNonFinite({dtype, values}) {
  if (dtype !== 'float32' && dtype !== 'complex64') return -1;
  const at = values.findIndex((v) => !Number.isFinite(v));
  return dtype === 'complex64' && at >= 0 ? at >> 1 : at;
}
