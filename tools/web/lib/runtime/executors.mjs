// Cuts the converter's executors and operation lists down to the operations in use.
//
// Each executor is one function with one `switch (node.op)`, and takes all of tfjs-core's operations as a default argument,
// which no bundler can see through. Here cases that no model needs go, and what is left names each operation by itself.

import {literal, must} from '../../../node/tables/source.mjs';
import {replaced} from './source.mjs';

const OPS = '@tensorflow/tfjs-core/dist/ops';

/**
 * @param {string} text the text of `executors/…_executor.js`.
 * @param {Set<string>} used names of TensorFlow operations.
 * @param {Map<string, Map<string, string>>} namespaces of `namespacesOf`.
 * @returns {string} the text without the other operations' cases.
 */
export function cutExecutor(text, used, namespaces) {
  const [whole, head, body, tail] =
      must(/^( {4}switch \(node\.op\) \{)(\n[^]*?\n)( {8}default:)/m.exec(text), 'an executor with one switch');
  const kept = casesOf(body).filter(({ops}) => ops.some((op) => used.has(op))).map(({source}) => source);
  return withNamedOps(text.replace(whole, () => `${head}${kept.join('')}\n${tail}`), namespaces);
}

/** @returns {string[]} the operations that an executor has cases for. */
export function executorOps(text) {
  const [, body] = must(/^ {4}switch \(node\.op\) \{(\n[^]*?\n) {8}default:/m.exec(text), 'an executor with one switch');
  return casesOf(body).flatMap(({ops}) => ops);
}

/** Groups of labels with the statements that they share. */
function casesOf(body) {
  const groups = [...body.matchAll(/((?:\n {8}case '\w+':(?: *\/\/.*)?)+)([^]*?)(?=\n {8}case |\s*$)/g)];
  must(groups.map(([source]) => source).join('').trimEnd() === body.trimEnd(), 'cases that begin with their labels');
  return groups.map(([source, labels, statements]) => {
    // A case that ran on into the next would lose it.
    must(/\b(return|throw)\b/.test(statements), 'cases that end by returning');
    return {source, ops: [...labels.matchAll(/'(\w+)'/g)].map(([, op]) => op)};
  });
}

/** Makes `ops.conv2d` and `ops.image.transform` names that a bundler follows. */
function withNamedOps(text, namespaces) {
  if (!/ops = tfOps/.test(text)) return text;
  const imports = new Map();
  const named = replaced(text, /, ops = tfOps\) =>/, ') =>', "an executor's default operations")
      .replace(/\bops\.(\w+)\.(\w+)\(/g, (whole, space, name) => {
        const module = must(namespaces.get(space)?.get(name), `the module of tf.${space}.${name}`);
        imports.set(`${space}$${name}`, `import { ${name} as ${space}$${name} } from '${OPS}/${module}';`);
        return `${space}$${name}(`;
      })
      .replace(/\bops\.(\w+)\(/g, 'tfOps.$1(');
  must(!/\bops\b(?!_for_converter|')/.test(named.replace(/\/\/.*|\/\*[^]*?\*\/|^import .*$|\/ops\//gm, '')), "an executor's operations by name");
  return `${[...imports.values()].join('\n')}\n${named}`;
}

/**
 * The objects that tfjs-core gathers operations in: `tf.image`, `tf.fused`, ….
 *
 * @param {import('./source.mjs').Packages} packages
 * @returns {Map<string, Map<string, string>>} for each the modules of its operations, relative to `dist/ops`.
 */
export function namespacesOf(packages) {
  const text = packages.read('tfjs-core', 'dist/ops/ops.js');
  const modules = importsOf(text);
  const spaces = new Map();
  for (const [, space, body] of text.matchAll(/^const (\w+) = \{([^}]*)\};/gm)) {
    const names = body.split(',').map((name) => name.trim()).filter(Boolean);
    spaces.set(space, new Map(names.map((name) => [name, must(modules.get(name), `the module of tf.${space}.${name}`)])));
  }
  spaces.set('fused', importsOf(packages.read('tfjs-core', 'dist/ops/fused_ops.js')));
  const browser = packages.read('tfjs-core', 'dist/ops/browser.js');
  spaces.set('browser', new Map([...browser.matchAll(/^export (?:async )?(?:function|const) (\w+)/gm)].map(([, name]) => [name, 'browser'])));
  return spaces;
}

const importsOf = (text) =>
  new Map([...text.matchAll(/^import \{ (\w+) \} from '\.\/([\w/]+)';/gm)].map(([, name, file]) => [name, file]));

/**
 * @param {string} text the text of `op_list/….js`.
 * @param {Set<string>} used names of TensorFlow operations.
 * @returns {string} the list with these alone.
 */
export function cutOpList(text, used) {
  const [, list] = must(/^export const json = (\[[^]*\]);/m.exec(text), 'an operation list');
  return `export const json = ${JSON.stringify(literal(list).filter(({tfOpName}) => used.has(tfOpName)))};\n`;
}
