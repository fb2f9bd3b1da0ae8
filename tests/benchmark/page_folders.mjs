// The two pages that are compared: each a folder with index.html that loads a model and predicts once, on zeros.

import {execFileSync} from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import {fileURLToPath} from 'node:url';
import {readJson} from '../../tools/node/lib/artifact.mjs';

const WEB = path.join(path.dirname(fileURLToPath(import.meta.url)), '..', '..', 'tools', 'web');
const DONE = 'globalThis.firstPrediction = performance.now();';
/** The script of a backend that tf.min.js does not hold. */
const OWN_SCRIPT = {wasm: 'tf-backend-wasm.min.js', webgpu: 'tf-backend-webgpu.min.js'};

/**
 * What the upstream converter's output asks for: the scripts of @tensorflow/tfjs, and the model by its address.
 *
 * @param {string} folder to be written.
 * @param {{backend: string, model: string, tfjs: string}} from the upstream converter's output, and the scripts' folder.
 * @returns {string} the folder.
 */
export function upstreamPage(folder, {backend, model, tfjs}) {
  fs.cpSync(model, path.join(folder, 'model'), {recursive: true});
  fs.cpSync(tfjs, path.join(folder, 'tfjs'), {recursive: true});
  const scripts = ['tf.min.js', OWN_SCRIPT[backend]].filter(Boolean);
  const {format} = readJson(path.join(model, 'model.json'), 'model.json');
  const [loader, run] = format === 'graph-model' ? ['loadGraphModel', 'execute'] : ['loadLayersModel', 'predict'];
  fs.writeFileSync(path.join(folder, 'index.html'), `<!doctype html>${scripts.map((name) => `<script src="tfjs/${name}"></script>`).join('\n')}
<script type="module">
${backend === 'wasm' ? "tf.wasm.setWasmPaths(new URL('tfjs/', document.baseURI).href);" : ''}
await tf.setBackend('${backend}');
const model = await tf.${loader}('model/model.json');
const zeros = model.inputs.map(({dtype, shape}) => tf.zeros(shape.map((size) => (size > 0 ? size : 1)), dtype));
const result = model.${run}(zeros.length === 1 ? zeros[0] : zeros);
for (const tensor of [result].flat()) await tensor.data();
${DONE}
</script>`);
  return folder;
}

/**
 * A web bundle and a runtime bundle, made by the programs of their rules.
 *
 * @param {string} folder to be written.
 * @param {{backend: string, directory: string, infoFile: string, lock: string}} from the model, its info file and the
 *     lock file beside the npm packages.
 * @returns {string} the folder.
 */
export function bundledPage(folder, {backend, directory, infoFile, lock}) {
  const program = (name, ...rest) => execFileSync(process.execPath, [path.join(WEB, name), '--label=//:page', ...rest]);
  const out = (name) => path.join(folder, name);
  program('bundle.mjs', `--output_dir=${out('models')}`, `--headers_dir=${out('headers')}`, `--info=${out('models.json')}`,
      '--model_name=m', `--model_dir=${directory}`, `--model_info=${infoFile}`);
  program('runtime_bundle.mjs', `--web_packages=${lock}`, `--output_dir=${out('tfjs')}`, `--info=${out('tfjs.json')}`,
      '--format=esm', '--minify=true', '--training=false', `--backend=${backend}`, '--extra_op=zeros',
      `--model_dir=${directory}`, `--model_info=${infoFile}`);
  fs.writeFileSync(out('index.html'), `<!doctype html><script type="module">
import * as tf from './tfjs/tfjs.mjs';
import {load} from './models/loader.mjs';
await tf.setBackend('${backend}');
const model = await load(tf, 'm');
await model.run(Object.fromEntries(model.inputs.map(({name, dtype, shape}) => [name, tf.zeros(shape.map((size) => size ?? 1), dtype)])));
${DONE}
</script>`);
  return folder;
}
