// Cuts the classes of tfjs-layers down to those in use, and training out of it.
//
// Each class registers itself as its module loads, which keeps it; without that a bundler drops the class.

import {must} from '../../../node/tables/source.mjs';
import {replaced} from './source.mjs';
import {plainName} from './usage.mjs';

/** Folders whose modules register classes that a model may name; initializers and the like are smaller than a list of them. */
const FOLDERS = ['dist/layers', 'dist/layers/preprocessing'];
const CLASS = /^([\w$]+)\.className = '(\w+)';\n(?:\s*\/\*[^]*?\*\/\s*)?/gm;

/**
 * @param {string} text the text of a module.
 * @param {(name: string) => boolean} wanted whether a class is kept.
 * @returns {string} the text in which no other class registers itself.
 */
export function cutClasses(text, wanted) {
  return text.replace(CLASS, (whole, local, name) => (wanted(name) ? whole : ''))
      .replace(/^serialization\.registerClass\(([\w$]+)\);$/gm, (whole, local) => {
        const [, name] = must(new RegExp(`^${local.replaceAll('$', '\\$')}\\.className = '(\\w+)';`, 'm').exec(text), `the name of the class ${local}`);
        return wanted(name) ? whole : '';
      });
}

/** @returns {string[]} the modules, relative to the package, that hold one of the named classes. */
export function classModules(packages, names) {
  const layers = packages.of('tfjs-layers');
  const files = FOLDERS.flatMap((folder) => layers.list(folder, '.js').filter((name) => !name.includes('_test')).map((name) => `${folder}/${name}`));
  return files.filter((file) => registered(layers.read(file)).some((name) => names.has(plainName(name))));
}

const registered = (text) => [...text.matchAll(CLASS)].map(([, , name]) => name);

const STUBBED = ['losses', 'metrics', 'optimizers', 'engine/training_dataset'];

/** Modules, relative to `dist`, that only training uses. */
export const isTraining = (file) => STUBBED.includes(file.replace(/^dist\/|\.js$/g, ''));

/**
 * @param {string} text the text of a module that only training uses.
 * @param {string} advice what to do about it.
 * @returns {string} a module with the same functions, each of which fails with the advice.
 */
export function stubbed(text, advice) {
  const names = [...text.matchAll(/^export (?:async )?(?:function|const|class) (\w+)/gm)].map(([, name]) => name);
  must(names.length, 'functions for training');
  return `const fail = () => { throw new Error(${JSON.stringify(advice)}); };\n` +
      names.map((name) => `export const ${name} = fail;\n`).join('');
}

/** Loading leaves a model uncompiled. */
export const uncompiled = (text) =>
  replaced(text, /if \(trainingConfig != null\)/g, 'if (false)', 'where a loaded model is compiled');
