// Writes layers.json: every class that tf.loadLayersModel can build, and what its configuration may hold.
//
//   node tables/layers.mjs --node_modules=DIR --output=FILE
//
// {"versions": {...}, "classes": {NAME: {
//    "kind": layer, cell, model, activation, initializer, regularizer, constraint or optimizer,
//    "bases": [NAME, ...],
//    "config": {ARGUMENT: {"type": ..., "required": ..., "read": ..., "default": ...}}}},
//  "identifiers": {KIND: [NAME, ...]}}
//
// Names are as in JavaScript (camelCase); the loader turns snake_case into them. `type` and `required` come from the
// declarations, where there are any. `read` says that the constructor looks at the argument: one that is declared but
// not read, or not there at all, is ignored in silence. `default` is there only where the source states a plain one.
// `identifiers` are the short names ("glorotUniform") that the package turns into classes.

import fs from 'node:fs';
import {parseFlags, runMain} from '../lib/args.mjs';
import {PACKAGE_FLAGS, packages} from '../lib/runtime.mjs';
import {readInterfaces} from './declarations.mjs';
import {blocks, literal, must, Package, stableJson} from './source.mjs';

/** Root classes, by which the others are sorted. */
const KINDS = {
  Activation$1: 'activation', Initializer: 'initializer', Regularizer: 'regularizer', Constraint: 'constraint',
  RNNCell: 'cell', Container: 'model', Layer: 'layer',
};

runMain(async (argv) => {
  const flags = parseFlags(argv, {...PACKAGE_FLAGS, output: {required: true}});
  const {folder, require} = packages(flags);
  const layers = new Package(folder, 'tfjs-layers');
  const text = layers.read('dist/tf-layers.fesm.js');
  const classes = readClasses(text);
  const declared = readInterfaces(layers);

  const result = {};
  for (const [name, local] of registered(text)) {
    const lineage = lineageOf(classes, local);
    const kind = must(KINDS[lineage.find((base) => KINDS[base])], `the kind of the class ${name}`);
    result[name] = {
      kind,
      bases: lineage.slice(1).filter((base) => !base.includes('.')).map((base) => base.replace(/\$\d+$/, '')),
      // Activations take none, and share names with layers.
      config: kind === 'activation' ? {} : configOf(classes, declared, lineage),
    };
  }
  // Held against the classes that the package registers when it is loaded; core registers the optimizers.
  require('@tensorflow/tfjs-layers');
  const core = require('@tensorflow/tfjs-core');
  for (const name of Object.keys(core.serialization.SerializationMap.getMap().classNameMap)) {
    if (core.train && `${name}Optimizer` in core) result[name] = {kind: 'optimizer', bases: [], config: {}};
    must(result[name], `the class ${name} in its source`);
  }
  fs.writeFileSync(flags.output, stableJson({
    versions: {[layers.name]: layers.version}, classes: result, identifiers: identifiers(text),
  }));
});

/** @returns {Map<string, {base: string, constructor: string | null}>} by the name that the bundle uses. */
function readClasses(text) {
  const classes = new Map();
  for (const [name, body] of blocks(text, 'class')) {
    const base = /\bclass(?: [\w$]+)?(?: extends ([\w$.]+))?/.exec(body)[1] ?? null;
    classes.set(name, {base, constructor: /^ {4}constructor\(([^]*?)^ {4}\}/m.exec(body)?.[0] ?? null});
  }
  return classes;
}

/** Pairs of registered and local names: `Dense.className = 'Dense'` with `registerClass(Dense)`. */
function registered(text) {
  const names = new Map();
  for (const [, local, name] of text.matchAll(/^([\w$]+)\.className = '(\w+)';/gm)) names.set(local, name);
  // `class Model extends LayersModel` is registered under its own name, without being exported under it.
  const calls = [...text.matchAll(/registerClass\(([\w$]+)\)/g)].map(([, local]) => local);
  return new Map(calls.filter((local) => names.has(local)).map((local) => [names.get(local), local]));
}

function lineageOf(classes, local) {
  const lineage = [];
  for (let name = local; name; name = classes.get(name)?.base) lineage.push(name);
  return lineage;
}

function configOf(classes, declared, lineage) {
  const config = {};
  const add = (name, facts) => {
    config[name] = {...facts, ...config[name], read: (config[name]?.read ?? false) || (facts.read ?? false)};
  };
  for (const name of lineage) {
    for (const part of [name, ...passedTo(classes, name)]) {
      const source = classes.get(part)?.constructor;
      for (const [argument, facts] of argumentsRead(source ?? '')) add(argument, {...facts, read: true});
    }
    for (const [argument, facts] of declared.get(name.replace(/\$\d+$/, '')) ?? []) add(argument, facts);
    // Only classes that hand their arguments on to the base show the base's arguments to the user.
    const source = classes.get(name)?.constructor;
    if (source && !new RegExp(`super\\((?!\\{)[^)]*\\b${parameterOf(source)}\\b`).test(source)) break;
  }
  return config;
}

/** Classes to which a constructor hands its arguments whole: `args.cell = new LSTMCell(args)`. */
function passedTo(classes, name) {
  const source = classes.get(name)?.constructor ?? '';
  return [...source.matchAll(/new ([\w$]+)\(args\)/g)].flatMap(([, other]) => lineageOf(classes, other));
}

/** The name of the parameter that holds the configuration: the last, `args` in `constructor(rank, args)`. */
function parameterOf(source) {
  return /constructor\(.*?(\w+)(?: = \{\})?\) \{/.exec(source)?.[1];
}

/** Arguments that a constructor's text looks at, with plain defaults. */
function argumentsRead(source) {
  const found = new Map();
  const parameter = parameterOf(source);
  if (!parameter) return found;
  for (const [, name] of source.matchAll(new RegExp(`\\b${parameter}\\.(\\w+)(?!\\w*\\()`, 'g'))) found.set(name, {});
  for (const [, name] of source.matchAll(new RegExp(`\\b${parameter}\\['(\\w+)'\\]`, 'g'))) found.set(name, {});
  const taken = new RegExp(`const \\{([^}]*)\\} = ${parameter};`).exec(source)?.[1] ?? '';
  for (const item of taken.split(',').map((part) => part.trim()).filter(Boolean)) {
    const [name, value] = item.split(/\s*=\s*/);
    found.set(name, value === undefined ? {} : plain(value));
  }
  const constants = new Map([...source.matchAll(/this\.(DEFAULT_\w+) = ([^;]+);/g)].map(([, k, v]) => [k, v]));
  for (const name of found.keys()) {
    const value = statedDefault(source, `${parameter}\\.${name}`, name);
    if (value !== undefined) found.set(name, plain(constants.get(value.replace('this.', '')) ?? value));
  }
  return found;
}

/** The text of the value that stands in for an argument that is not given. */
function statedDefault(source, argument, name) {
  const forms = [
    new RegExp(`${argument} (?:== null|===? undefined) \\?\\s*([^:;]+?)\\s*:\\s*${argument}\\b`),
    new RegExp(`${argument} \\|\\| ([^,;()]+?)[),;]`),
    new RegExp(`this\\.${name} = ([^;]+);[^]*?if \\(${argument} != null\\)`),
  ];
  return forms.map((form) => form.exec(source)?.[1]).find((value) => value !== undefined);
}

function plain(text) {
  try {
    const value = literal(text);
    return value === undefined || value === null ? {} : {default: value};
  } catch {
    return {};
  }
}

/** Short names to class names: `const INITIALIZER_IDENTIFIER_REGISTRY_SYMBOL_MAP = {…}`. */
function identifiers(text) {
  const result = {};
  for (const [, kind, body] of text.matchAll(/^const (\w+)_IDENTIFIER_REGISTRY_SYMBOL_MAP = (\{[^]*?\});/gm)) {
    result[kind.toLowerCase()] = literal(body);
  }
  return result;
}
