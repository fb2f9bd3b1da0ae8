// Input pasted as JSON: nested lists, or an object with them by the input's name.

import {toArray} from './arrays.mjs';
import {firstShape, fits, shapeText} from './shapes.mjs';

const KINDS = {
  bool: ['true or false', (item) => typeof item === 'boolean' || item === 0 || item === 1],
  int32: ['whole numbers', (item) => Number.isInteger(item) && item >= -(2 ** 31) && item < 2 ** 31],
  string: ['texts', (item) => typeof item === 'string'],
};
const NUMBERS = ['numbers', (item) => typeof item === 'number'];

/**
 * @param {string} text
 * @param {{name: string, dtype: string, shape: (number | null)[] | null}} port
 * @returns {import('../../node/lib/value.mjs').Value}
 * @throws {Error} with a sentence.
 */
export function parsePasted(text, port) {
  const nested = pick(parse(text, port), port);
  const items = [];
  const shape = flatten(nested, items, [], port.name);
  return value(port, shape, items);
}

const example = ({dtype, shape}) => {
  const item = {bool: 'true', string: '"text"'}[dtype] ?? '0.5';
  const rank = shape?.length ?? 1;
  return '['.repeat(rank) + item + ', …' + ']'.repeat(rank);
};

function parse(text, port) {
  if (!text.trim()) throw new Error(`Nothing is pasted for "${port.name}"; write nested lists such as ${example(port)}.`);
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Error(`What is pasted for "${port.name}" is not JSON (${error.message}); write nested lists such as ${example(port)}.`);
  }
}

function pick(parsed, {name}) {
  if (parsed === null || typeof parsed !== 'object' || Array.isArray(parsed)) return parsed;
  if (Object.hasOwn(parsed, name)) return parsed[name];
  throw new Error(`The pasted object has the names ${Object.keys(parsed).map((key) => `"${key}"`).join(', ') || 'of nothing'}, and not "${name}"; write {"${name}": […]}.`);
}

/** Appends the items to `items`; returns the shape. */
function flatten(nested, items, place, name) {
  if (!Array.isArray(nested)) {
    items.push(nested);
    return [];
  }
  const shapes = nested.map((part, i) => flatten(part, items, [...place, i], name));
  const odd = shapes.findIndex((shape) => shape.join() !== shapes[0].join());
  if (odd > 0) {
    throw new Error(`The lists of "${name}" differ in length: ${shapeText([...place, 0])} has the shape ${shapeText(shapes[0])} and ` +
        `${shapeText([...place, odd])} has ${shapeText(shapes[odd])}; make all alike.`);
  }
  return [nested.length, ...(shapes[0] ?? [])];
}

function value({name, dtype, shape: wanted}, given, items) {
  const complex = dtype === 'complex64';
  if (complex && given.at(-1) !== 2) throw new Error(`"${name}" takes complex numbers; write each as a pair, [real, imaginary].`);
  let shape = complex ? given.slice(0, -1) : given;
  // A single example may come without the axis of examples.
  if (wanted && shape.length === wanted.length - 1 && fits([1, ...shape], wanted)) shape = [1, ...shape];
  if (!fits(shape, wanted)) {
    throw new Error(`"${name}" takes the shape ${shapeText(wanted)}, and the pasted lists have ${shapeText(shape)}; write for example the shape ${shapeText(firstShape(wanted))}.`);
  }
  const [kind, accepts] = KINDS[dtype] ?? NUMBERS;
  const wrong = items.find((item) => !accepts(item));
  if (wrong !== undefined) throw new Error(`"${name}" takes ${kind} (${dtype}), and ${JSON.stringify(wrong)} is pasted; write ${kind} alone.`);
  return {dtype, shape, values: toArray(dtype, items)};
}
