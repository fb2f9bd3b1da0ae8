// What models ask of TensorFlow.js, read from their model.json.

import {UserError} from '../../../node/lib/args.mjs';
import {readModelJson} from '../../../node/lib/artifact.mjs';

/**
 * @param {string[]} directories the models'.
 * @returns {{graph: boolean, layers: boolean, ops: Set<string>, names: Set<string>}} the formats, the operations of graph
 *     models, and the names (of classes, activations, initializers) in layers models, comparable by `plainName`.
 */
export function usageOf(directories) {
  const usage = {graph: false, layers: false, ops: new Set(), names: new Set()};
  for (const directory of directories) {
    const {json, format} = readModelJson(directory);
    if (format === 'graph-model') {
      usage.graph = true;
      for (const topology of [json.modelTopology, json.modelInitializer]) addOps(usage.ops, topology);
    } else {
      usage.layers = true;
      addNames(usage.names, json.modelTopology);
    }
  }
  return usage;
}

function addOps(ops, topology) {
  const functions = (topology?.library?.function ?? []).flatMap(({nodeDef}) => nodeDef ?? []);
  for (const {op} of [...(topology?.node ?? []), ...functions]) ops.add(op);
}

/** Every string of a configuration; what is no name of TensorFlow.js does no harm. */
function addNames(names, value) {
  if (typeof value === 'string') names.add(plainName(value));
  else if (value && typeof value === 'object') for (const item of Object.values(value)) addNames(names, item);
}

/** `glorot_uniform`, `glorotUniform` and `GlorotUniform` are one name. */
export const plainName = (name) => name.replaceAll('_', '').toLowerCase();

/**
 * @param {Set<string>} ops the operations of the models.
 * @param {Set<string>} known what the converter executes.
 * @param {string[]} custom what the models bring themselves.
 */
export function checkOps(ops, known, custom) {
  const unknown = [...ops].filter((op) => !known.has(op) && !custom.includes(op)).sort();
  if (unknown.length) {
    throw new UserError(`The models use operations that TensorFlow.js does not have: ${unknown.join(', ')}; give the ` +
        'models custom_ops for them.');
  }
}
