// Flat arrays of the types that tensors have.

const ARRAYS = {bool: 'Uint8Array', complex64: 'Float32Array', float32: 'Float32Array', int32: 'Int32Array'};

/** @returns {Float32Array | Int32Array | Uint8Array | Uint8Array[]} strings as bytes. */
export function toArray(dtype, values) {
  return dtype === 'string' ? values.map((text) => new TextEncoder().encode(text)) : globalThis[ARRAYS[dtype]].from(values);
}

/** The same value with arrays of another window: TensorFlow.js knows only those of its own. */
export function inWindow(window, {dtype, shape, values}) {
  const copy = dtype === 'string' ? values.map((bytes) => window.Uint8Array.from(bytes)) : window[ARRAYS[dtype]].from(values);
  return {dtype, shape, values: copy};
}

/** @returns {unknown[]} numbers, booleans or strings, as JSON has them; complex numbers in pairs. */
export function toList({dtype, values}) {
  const list = Array.from(values);
  if (dtype === 'string') return list.map((bytes) => new TextDecoder().decode(bytes));
  if (dtype === 'bool') return list.map(Boolean);
  return list;
}

/** @returns {unknown} nested lists; what JSON lacks (NaN, infinities) is written as text. */
export function toNested(value) {
  const list = toList(value).map((item) => (typeof item === 'number' && !Number.isFinite(item) ? String(item) : item));
  const shape = value.dtype === 'complex64' ? [...value.shape, 2] : value.shape;
  let at = 0;
  const level = (axis) => (axis === shape.length ? list[at++] : Array.from({length: shape[axis]}, () => level(axis + 1)));
  return level(0);
}
