// Reads a model directory (model.json and its shards) and checks the files before TensorFlow.js sees them.
//
// TensorFlow.js itself reads weights past a shard's end as whatever follows, or fails with a message about typed
// arrays; here every complaint names the file.

import crypto from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import {UserError} from './args.mjs';

const ITEM_BYTES = {float32: 4, int32: 4, bool: 1, complex64: 8, uint8: 1, uint16: 2, float16: 2};
const WEIGHT_DTYPES = ['float32', 'int32', 'bool', 'string', 'complex64'];
const READ_AT_ONCE = 2 ** 30;

/** Parses a JSON file that must hold an object. */
export function readJson(file, what) {
  let text;
  try {
    text = fs.readFileSync(file, 'utf8');
  } catch (error) {
    throw new UserError(`The ${what} "${file}" cannot be read (${error.code}).`);
  }
  let parsed;
  try {
    parsed = JSON.parse(text);
  } catch (error) {
    throw new UserError(`The ${what} "${file}" is not valid JSON (${error.message}); it must be written again.`);
  }
  if (parsed === null || typeof parsed !== 'object') throw new UserError(`The ${what} "${file}" holds no object.`);
  return parsed;
}

/** @returns {{directory: string, json: object, format: 'graph-model' | 'layers-model'}} */
export function readModelJson(directory) {
  const file = path.join(directory, 'model.json');
  const json = readJson(file, 'model file');
  if (!['graph-model', 'layers-model'].includes(json.format)) {
    throw new UserError(
        `The model file "${file}" has format "${json.format}"; it must be graph-model or layers-model.`);
  }
  if (json.modelTopology == null) throw new UserError(`The model file "${file}" has no modelTopology.`);
  if (!Array.isArray(json.weightsManifest)) throw new UserError(`The model file "${file}" has no weightsManifest.`);
  return {directory, json, format: json.format};
}

/**
 * An IOHandler for tf.loadGraphModel and tf.loadLayersModel that reads files only.
 * @param {ReturnType<typeof readModelJson>} model
 * @param {{path: string, bytes: number, sha256: string}[]} [shards] what the info file says of each shard.
 */
export function fileHandler(core, model, shards) {
  return {
    load: () => core.io.getModelArtifactsForJSON(model.json, async (manifest) => {
      const data = [];
      for (const group of manifest) {
        const files = group.paths.map((name) => readShard(model.directory, name, shards));
        checkGroup(model.directory, group, files);
        data.push(...files.map((file) => file.bytes.buffer));
      }
      return [core.io.getWeightSpecs(manifest), data];
    }),
  };
}

function readShard(directory, name, shards) {
  if (path.isAbsolute(name) || name.split(/[\\/]/).includes('..') || name.includes('://')) {
    throw new UserError(`The manifest of "${directory}" names the shard "${name}"; shards must lie in the folder.`);
  }
  const file = path.join(directory, name);
  let bytes;
  try {
    bytes = readBytes(file);
  } catch (error) {
    throw new UserError(
        `The shard "${name}" of "${directory}" cannot be read (${error.code}); convert the model again.`);
  }
  const known = shards?.find((shard) => shard.path === name);
  if (shards && !known) throw new UserError(`The shard "${name}" of "${directory}" is not in the info file.`);
  if (known && known.bytes !== bytes.length) {
    throw new UserError(`The shard "${name}" of "${directory}" has ${bytes.length} bytes, but the info file says ` +
        `${known.bytes}; convert the model again.`);
  }
  if (known && known.sha256 !== crypto.createHash('sha256').update(bytes).digest('hex')) {
    throw new UserError(`The shard "${name}" of "${directory}" does not have the sha256 that the info file says; ` +
        `convert the model again.`);
  }
  return {name, bytes};
}

/** Reads a file of any size into a buffer of its own. */
function readBytes(file) {
  const descriptor = fs.openSync(file, 'r');
  try {
    const bytes = new Uint8Array(fs.fstatSync(descriptor).size);
    for (let at = 0; at < bytes.length;) {
      const count = fs.readSync(descriptor, bytes, at, Math.min(READ_AT_ONCE, bytes.length - at), at);
      if (count === 0) throw Object.assign(new Error(), {code: 'shorter than its size'});
      at += count;
    }
    return bytes;
  } finally {
    fs.closeSync(descriptor);
  }
}

/** Holds a weight group's shards against the shapes and dtypes that its manifest lists. */
function checkGroup(directory, group, files) {
  const total = files.reduce((sum, file) => sum + file.bytes.length, 0);
  let needed = 0;
  for (const weight of group.weights) {
    if (!WEIGHT_DTYPES.includes(weight.dtype)) {
      throw new UserError(`The weight "${weight.name}" of "${directory}" has dtype "${weight.dtype}"; TensorFlow.js ` +
          `reads ${WEIGHT_DTYPES.join(', ')}.`);
    }
    const count = weight.shape.reduce((a, b) => a * b, 1);
    if (weight.dtype === 'string') {
      for (let i = 0; i < count && needed <= total; i++) needed += 4 + stringLength(files, needed);
    } else {
      needed += count * ITEM_BYTES[weight.quantization?.dtype ?? weight.dtype];
    }
    if (needed > total) {
      const short = suspect(files);
      const where = short ? `the shard "${short.name}" of "${directory}" seems cut (${short.bytes.length} bytes)` :
                            'its manifest names no shard';
      throw new UserError(`The weights end within "${weight.name}": its shards hold ${total} bytes in all, and ` +
          `${where}; convert the model again.`);
    }
  }
  if (needed < total) {
    throw new UserError(`The shards of "${directory}", the last being "${files.at(-1).name}", hold ${total - needed} ` +
        `bytes more than its manifest lists; convert the model again.`);
  }
}

/** The shard that is most likely cut: shards of a group are equally long, except the last. */
function suspect(files) {
  const full = Math.max(...files.slice(0, -1).map((file) => file.bytes.length));
  return files.slice(0, -1).find((file) => file.bytes.length < full) ?? files.at(-1);
}

/** The length prefix (uint32, little-endian) at `offset` of the joined shards; Infinity where they end before it. */
function stringLength(files, offset) {
  let value = 0;
  for (let i = 0; i < 4; i++) {
    let at = offset + i;
    const file = files.find(({bytes}) => at < bytes.length || (at -= bytes.length, false));
    if (!file) return Infinity;
    value += file.bytes[at] * 2 ** (8 * i);
  }
  return value;
}
