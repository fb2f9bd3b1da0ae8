// Arrays in files: NumPy's .npy (format version 1.0 to 3.0), and JSON for strings.
//
// Strings: {"dtype": "string", "shape": [...], "values": [...]}, a value being text, or {"base64": "..."} when its
// bytes are not UTF-8.

import fs from 'node:fs';
import {UserError} from './args.mjs';
import {Value} from './value.mjs';

const MAGIC = Buffer.from('\x93NUMPY', 'latin1');

const floats = (array) => new Float32Array(array);

/** How each NumPy dtype is read: item size, typed view, and the TensorFlow.js dtype that holds it. */
const READERS = {
  '<f4': [4, (b) => floats(b), 'float32'],
  '<f8': [8, (b) => floats(new Float64Array(b)), 'float32'],
  '<f2': [2, (b) => Float32Array.from(new Uint16Array(b), halfToFloat), 'float32'],
  '<i4': [4, (b) => new Int32Array(b), 'int32'],
  '<i8': [8, (b) => Int32Array.from(new BigInt64Array(b), checkedInt32), 'int32'],
  '<i2': [2, (b) => Int32Array.from(new Int16Array(b)), 'int32'],
  '<u2': [2, (b) => Int32Array.from(new Uint16Array(b)), 'int32'],
  '<u4': [4, (b) => Int32Array.from(new Uint32Array(b), checkedInt32), 'int32'],
  '|i1': [1, (b) => Int32Array.from(new Int8Array(b)), 'int32'],
  '|u1': [1, (b) => Int32Array.from(new Uint8Array(b)), 'int32'],
  '|b1': [1, (b) => new Uint8Array(b), 'bool'],
  '<c8': [8, (b) => floats(b), 'complex64'],
  '<c16': [16, (b) => floats(new Float64Array(b)), 'complex64'],
};

const WRITERS = {float32: '<f4', int32: '<i4', bool: '|b1', complex64: '<c8'};

function checkedInt32(value) {
  const number = Number(value);
  if (number !== (number | 0)) throw new UserError(`The value ${value} does not fit int32, which TensorFlow.js uses.`);
  return number;
}

function halfToFloat(bits) {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

const product = (shape) => shape.reduce((a, b) => a * b, 1);

/** Reads a .npy or .json file. @returns {Value} */
export function readValue(file) {
  let content;
  try {
    content = fs.readFileSync(file);
  } catch (error) {
    throw new UserError(`The array file "${file}" cannot be read (${error.code}).`);
  }
  return file.endsWith('.json') ? parseStrings(content, file) : parseNpy(content, file);
}

/** Writes a value to `base`.npy, or `base`.json for strings. @returns {string} the file written. */
export function writeValue(base, value) {
  const file = value.dtype === 'string' ? `${base}.json` : `${base}.npy`;
  fs.writeFileSync(file, value.dtype === 'string' ? formatStrings(value) : formatNpy(value));
  return file;
}

export function parseNpy(content, file) {
  if (content.length < 12 || !content.subarray(0, 6).equals(MAGIC)) {
    throw new UserError(`The file "${file}" is not a NumPy .npy file.`);
  }
  const wide = content[6] >= 2;
  const start = wide ? 12 : 10;
  const length = wide ? content.readUInt32LE(8) : content.readUInt16LE(8);
  const header = content.toString('utf8', start, start + length);
  const descr = /'descr':\s*'([^']+)'/.exec(header)?.[1];
  const fortran = /'fortran_order':\s*(True|False)/.exec(header)?.[1];
  const dimensions = /'shape':\s*\(([^)]*)\)/.exec(header)?.[1];
  const reader = READERS[descr];
  if (!reader || fortran === undefined || dimensions === undefined) {
    throw new UserError(`The file "${file}" has dtype ${descr}; accepted are ${Object.keys(READERS).join(', ')}.`);
  }
  const shape = dimensions.split(',').map((d) => d.trim()).filter(Boolean).map(Number);
  if (fortran === 'True' && shape.length > 1) {
    throw new UserError(`The file "${file}" is in Fortran order; save it in C order (numpy.ascontiguousarray).`);
  }
  const [size, read, dtype] = reader;
  const data = content.subarray(start + length);
  if (data.length !== product(shape) * size) {
    throw new UserError(`The file "${file}" holds ${data.length} bytes for shape [${shape}] of ${descr}.`);
  }
  // Copied, since a typed view must start at a multiple of its item size.
  return new Value(dtype, shape, read(new Uint8Array(data).buffer));
}

export function formatNpy({dtype, shape, values}) {
  const tuple = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(', ')})`;
  const text = `{'descr': '${WRITERS[dtype]}', 'fortran_order': False, 'shape': ${tuple}, }`;
  const padded = text.padEnd(Math.ceil((10 + text.length + 1) / 64) * 64 - 10 - 1) + '\n';
  const head = Buffer.alloc(10);
  MAGIC.copy(head);
  head.writeUInt8(1, 6);
  head.writeUInt16LE(padded.length, 8);
  return Buffer.concat([head, Buffer.from(padded), Buffer.from(values.buffer, values.byteOffset, values.byteLength)]);
}

function parseStrings(content, file) {
  let parsed;
  try {
    parsed = JSON.parse(content);
  } catch {
    throw new UserError(`The file "${file}" is not JSON.`);
  }
  const {dtype, shape, values} = parsed ?? {};
  if (dtype !== 'string' || !Array.isArray(shape) || !Array.isArray(values) || values.length !== product(shape)) {
    throw new UserError(`The file "${file}" must hold {"dtype": "string", "shape": [...], "values": [...]}.`);
  }
  // A Buffer is a Uint8Array to Node, and not to what carries values into a page.
  const bytes = (v) => new Uint8Array(typeof v === 'string' ? Buffer.from(v) : Buffer.from(v.base64, 'base64'));
  return new Value('string', shape, values.map(bytes));
}

function formatStrings({shape, values}) {
  const text = (bytes) => {
    const buffer = Buffer.from(bytes);
    const decoded = buffer.toString('utf8');
    return Buffer.from(decoded, 'utf8').equals(buffer) ? decoded : {base64: buffer.toString('base64')};
  };
  return JSON.stringify({dtype: 'string', shape, values: values.map(text)});
}
