// Runs a model with a decision forest in @tensorflow/tfjs-tfdf, as its documentation says.
//   node run_forest.cjs PACKAGE MODEL INPUTS.json: prints the output as JSON.
const fs = require('node:fs');
const path = require('node:path');
const tf = require('@tensorflow/tfjs-core');
require('@tensorflow/tfjs-backend-cpu');

const [, , tfdfPackage, directory, inputsFile] = process.argv;
const tfdf = require(path.resolve(tfdfPackage, 'dist/tf-tfdf.node.js'));
const log = console.log;
console.log = console.error;  // The package says on stdout which engine it chose.

async function main() {
  const read = (name) => new Uint8Array(fs.readFileSync(path.join(directory, name)));
  const json = JSON.parse(Buffer.from(read('model.json')).toString());
  const paths = json.weightsManifest.flatMap((group) => group.paths);
  const model = await tfdf.loadTFDFModel({
    loadModel: async () => ({
      ...json,
      weightSpecs: json.weightsManifest.flatMap((group) => group.weights),
      weightData: Uint8Array.from(Buffer.concat(paths.map(read))).buffer,
    }),
    loadAssets: async () => read('assets.zip'),
  });
  const {a, b, c} = JSON.parse(fs.readFileSync(inputsFile, 'utf8'));
  const output = await model.executeAsync({a: tf.tensor1d(a), b: tf.tensor1d(b), c: tf.tensor1d(c, 'string')});
  log(JSON.stringify(await output.array()));
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
