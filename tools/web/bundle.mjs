// Writes models and other assets into one folder to serve.
//
//   node bundle.mjs --output_dir=DIR --headers_dir=DIR --info=FILE [--label=LABEL] [--compress=true|false]
//                   [--model_name=NAME --model_dir=DIR --model_info=FILE]… [--asset=PATH:FILE]…
//
// In the folder are asset-manifest.json; models/NAME/ with model.json and shards under names that hold their content's
// hash; assets/; and the loader as loader.mjs, loader.cjs and loader.d.ts. The same inputs give the same bytes.

import fs from 'node:fs';
import path from 'node:path';
import {fileURLToPath} from 'node:url';
import {parseRepeatedFlags, runMain, UserError} from '../node/lib/args.mjs';
import {readJson} from '../node/lib/artifact.mjs';
import {Assets} from './lib/assets.mjs';
import {headerSnippets} from './lib/headers.mjs';
import {declarations} from './lib/types.mjs';

const TEMPLATE = path.join(path.dirname(fileURLToPath(import.meta.url)), 'loader.template.mjs');

runMain(async (argv) => {
  const flags = parseRepeatedFlags(argv);
  const [output] = flags.output_dir;
  const assets = new Assets(output, {compress: flags.compress?.[0] !== 'false'});
  const models = {};
  for (const [index, name] of (flags.model_name ?? []).entries()) {
    models[name] = addModel(assets, name, flags.model_dir[index], readJson(flags.model_info[index], 'info file'));
  }
  for (const asset of flags.asset ?? []) {
    const [, name, file] = asset.match(/^(.*?):(.*)$/);
    assets.add(`assets/${name}`, fs.readFileSync(file));
  }
  addLoader(assets, models);
  const manifest = {
    version: 1,
    models: Object.fromEntries(Object.entries(models).map(([name, {model, shards, ...rest}]) =>
      [name, {...rest, model: model.path, shards: shards.map((shard) => shard.path)}])),
    assets: assets.list.toSorted((a, b) => (a.path < b.path ? -1 : 1)),
  };
  assets.write('asset-manifest.json', `${JSON.stringify(manifest, null, 1)}\n`);
  for (const [name, content] of Object.entries(headerSnippets())) {
    fs.mkdirSync(flags.headers_dir[0], {recursive: true});
    fs.writeFileSync(path.join(flags.headers_dir[0], name), content);
  }
  fs.writeFileSync(flags.info[0], `${JSON.stringify(sizes(manifest), null, 1)}\n`);
});

/** Copies a model under hashed names; its model.json names the shards so. */
function addModel(assets, name, directory, info) {
  if (info.decision_forest) {
    throw new UserError(`The model "${name}" holds a decision forest, which the bundle's loader cannot load: serve the ` +
        `model's own directory, and load it with loadTFDFModel of ${info.decision_forest.package}.`);
  }
  const folder = `models/${name}`;
  const json = readJson(path.join(directory, 'model.json'), 'model.json');
  const shards = [];
  for (const group of json.weightsManifest) {
    group.paths = group.paths.map((shard) => {
      if (shard.split('/').includes('..') || path.isAbsolute(shard)) {
        throw new UserError(`The model "${name}" names the shard "${shard}", which lies out of its folder.`);
      }
      const added = assets.add(`${folder}/${path.posix.basename(shard)}`, fs.readFileSync(path.join(directory, shard)));
      shards.push(added);
      return path.posix.relative(folder, added.path);
    });
  }
  const model = assets.add(`${folder}/model.json`, Buffer.from(JSON.stringify(json)));
  const {format, execution = 'predict', inputs, outputs} = info;
  const entry = {format, execution, inputs, outputs, model, shards};
  if (info.custom_ops) entry.customOps = addCustomOps(assets, folder, directory, info.custom_ops);
  return entry;
}

function addCustomOps(assets, folder, directory, customOps) {
  let index = fs.readFileSync(path.join(directory, 'custom_ops.mjs'), 'utf8');
  for (const module of Object.values(customOps)) {
    const added = assets.add(`${folder}/${path.posix.basename(module)}`, fs.readFileSync(path.join(directory, module)));
    index = index.replaceAll(JSON.stringify(`./${module}`), JSON.stringify(`./${path.posix.basename(added.path)}`));
  }
  return assets.add(`${folder}/custom_ops.mjs`, Buffer.from(index)).path;
}

function addLoader(assets, models) {
  const source = fs.readFileSync(TEMPLATE, 'utf8').replace('const MODELS = {};', () =>
    `const MODELS = ${JSON.stringify(models, null, 1)};`);
  // Under a name, since bundlers take `new URL(…, import.meta.url)` for a file that they should add.
  const module = `const HERE = import.meta.url;\n\n${source}`;
  const exported = [...source.matchAll(/^export (?:async )?(?:function|const) (\w+)/gm)].map(([, name]) => name);
  const common = `const HERE = require('node:url').pathToFileURL(__filename).href;\n\n` +
      `${source.replace(/^export /gm, '')}\nmodule.exports = {${exported.join(', ')}};\n`;
  assets.add('loader.mjs', Buffer.from(module), {hashed: false});
  assets.add('loader.cjs', Buffer.from(common), {hashed: false});
  const types = Buffer.from(declarations(models));
  // TypeScript looks for each form's own declarations first.
  for (const extension of ['d.ts', 'd.mts', 'd.cts']) assets.write(`loader.${extension}`, types);
}

/** What a budget holds a bundle to. */
function sizes({assets}) {
  const sum = (sizeOf) => assets.reduce((total, asset) => total + sizeOf(asset), 0);
  return {
    format: 'web-bundle',
    files: assets.length,
    bytes: sum(({bytes}) => bytes),
    gzip_bytes: sum(({bytes, encodings}) => encodings.gz?.bytes ?? bytes),
    brotli_bytes: sum(({bytes, encodings}) => encodings.br?.bytes ?? bytes),
  };
}
