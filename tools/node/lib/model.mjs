// Loads graph and layers models from files.

import path from 'node:path';
import {pathToFileURL} from 'node:url';
import {UserError} from './args.mjs';
import {fileHandler, readModelJson} from './artifact.mjs';
import {GraphModel, LayersModel} from './named_model.mjs';

/**
 * @param {import('./runtime.mjs').Runtime} runtime with a backend started.
 * @param {string} directory the model's.
 * @param {object} [info] parsed NAME.info.json: shards to check, and names of a layers model's outputs.
 * @param {boolean} [toRun] whether it is to be run, which a decision forest's own package alone can.
 * @returns {Promise<GraphModel | LayersModel>}
 */
export async function loadModel(runtime, directory, info, toRun = true) {
  if (toRun && info?.decision_forest) {
    throw new UserError(`It holds a decision forest, which only ${info.decision_forest.package} can run: load it with ` +
        'loadTFDFModel in a test of your own.');
  }
  const model = readModelJson(directory);
  const handler = fileHandler(runtime.core, model, info?.shards);
  if (model.format === 'graph-model') {
    // Its own operations, if it has some, travel with it.
    if (info?.custom_ops) {
      const {register} = await import(pathToFileURL(path.resolve(directory, 'custom_ops.mjs')));
      register(runtime.tf);
    }
    return new GraphModel(await runtime.converter.loadGraphModel(handler), model.json);
  }
  return new LayersModel(await runtime.layers.loadLayersModel(handler), info);
}
