// Shapes, as they are written and typed; null stands for an axis of any length.

const ITEM_BYTES = {bool: 1, complex64: 8, float32: 4, int32: 4};
// What free axes are at first: one example, a small picture, a short sequence.
const PICTURE_SIDE = 128;
const SEQUENCE = 16;

/** @param {(number | null)[] | null} shape */
export const shapeText = (shape) => (shape ? `[${shape.map((size) => size ?? '?').join(', ')}]` : 'any shape');

export const count = (shape) => shape.reduce((product, size) => product * size, 1);

/** @returns {number | undefined} the bytes of a tensor; strings have no length before they are known. */
export const byteSize = (dtype, shape) => (ITEM_BYTES[dtype] ? count(shape) * ITEM_BYTES[dtype] : undefined);

/** @returns {number[]} a shape to begin with, its free axes filled. */
export function firstShape(shape) {
  if (!shape) return [1];
  const free = shape.length >= 3 && [1, 3, 4].includes(shape.at(-1)) && shape.filter((size) => size === null).length >= 2 ? PICTURE_SIDE : SEQUENCE;
  return shape.map((size, axis) => size ?? (axis === 0 ? 1 : free));
}

/** @returns {boolean} whether a shape is one that the port takes. */
export const fits = (shape, port) => !port || (shape.length === port.length && shape.every((size, i) => port[i] === null || port[i] === size));

/**
 * @param {string} text such as `1, 64, 64, 3`.
 * @param {{name: string, shape: (number | null)[] | null}} port
 * @throws {Error} with a sentence.
 */
export function parseShape(text, {name, shape}) {
  const words = text.replace(/[[\]]/g, '').split(',').map((word) => word.trim());
  const sizes = words.length === 1 && words[0] === '' ? [] : words.map((word) => (/^\d+$/.test(word) ? Number(word) : NaN));
  if (sizes.some(Number.isNaN)) throw new Error(`The shape of "${name}" is "${text}"; write whole numbers, such as ${firstShape(shape).join(', ')}.`);
  if (!fits(sizes, shape)) throw new Error(`"${name}" takes the shape ${shapeText(shape)}, not ${shapeText(sizes)}; write for example ${firstShape(shape).join(', ')}.`);
  return sizes;
}
