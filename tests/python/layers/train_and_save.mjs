// Loads a layers model, trains it for some steps, predicts, and saves it as TensorFlow.js does. Arguments: node_modules, model
// directory, output directory, JSON of {inputs: [flat, shape], targets: [flat, shape], steps}. Prints predictions as JSON.
import fs from 'node:fs';
import path from 'node:path';
import {createRequire} from 'node:module';

const [modules, source, target, data] = process.argv.slice(2);
const require = createRequire(path.join(modules, 'unused.js'));
const tf = {...require('@tensorflow/tfjs-core'), ...require('@tensorflow/tfjs-layers')};
require('@tensorflow/tfjs-backend-cpu');
const {inputs, targets, steps} = JSON.parse(fs.readFileSync(data, 'utf8'));

const read = {
  load: async () => {
    const model = JSON.parse(fs.readFileSync(path.join(source, 'model.json'), 'utf8'));
    const specs = model.weightsManifest.flatMap((group) => group.weights);
    const bytes = Buffer.concat(model.weightsManifest.flatMap((group) => group.paths.map((file) => fs.readFileSync(path.join(source, file)))));
    const weightData = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
    return {modelTopology: model.modelTopology, trainingConfig: model.trainingConfig, weightSpecs: specs, weightData};
  },
};

const write = {
  save: async (artifacts) => {
    fs.mkdirSync(target, {recursive: true});
    const weights = Array.isArray(artifacts.weightData) ? Buffer.concat(artifacts.weightData.map((part) => Buffer.from(part))) : Buffer.from(artifacts.weightData);
    fs.writeFileSync(path.join(target, 'weights.bin'), weights);
    const {modelTopology, trainingConfig, format, generatedBy, convertedBy} = artifacts;
    const weightsManifest = [{paths: ['./weights.bin'], weights: artifacts.weightSpecs}];
    fs.writeFileSync(path.join(target, 'model.json'),
        JSON.stringify({modelTopology, trainingConfig, format, generatedBy, convertedBy, weightsManifest}));
    return {modelArtifactsInfo: {dateSaved: new Date(), modelTopologyType: 'JSON'}};
  },
};

await tf.setBackend('cpu');
const model = await tf.loadLayersModel(read);
const x = tf.tensor(...inputs);
const y = tf.tensor(...targets);
const losses = [];
for (let step = 0; step < steps; step++) losses.push([].concat(await model.trainOnBatch(x, y))[0]);
const predictions = model.predict(x);
await model.save(write, {includeOptimizer: true});
console.log(JSON.stringify({losses, shape: predictions.shape, predictions: Array.from(predictions.dataSync())}));
