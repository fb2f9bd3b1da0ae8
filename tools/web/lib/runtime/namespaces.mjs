// Lets a bundler see into tfjs-core's objects of functions (`util`, `backend_util`), which it otherwise keeps whole.

import {must} from '../../../node/tables/source.mjs';

const CORE = '@tensorflow/tfjs-core';

/**
 * @param {import('./source.mjs').Packages} packages
 * @returns {Map<string, string>} the module of each namespace that tfjs-core exports.
 */
export function coreNamespaces(packages) {
  const text = packages.read('tfjs-core', 'dist/base.js');
  const found = new Map([...text.matchAll(/^import \* as (\w+) from '\.\/([\w/]+)';/gm)].map(([, name, file]) => [name, `${CORE}/dist/${file}`]));
  must(found.has('util') && found.has('backend_util'), 'the namespaces of tfjs-core');
  return found;
}

/**
 * @param {string} text a module of another package.
 * @param {Map<string, string>} namespaces of `coreNamespaces`.
 * @returns {string} the module, which imports namespaces from where they come from.
 */
export function withOpenNamespaces(text, namespaces) {
  const added = new Map();
  const open = (name, local) => {
    added.set(local, `import * as ${local} from '${namespaces.get(name)}';`);
    return local;
  };
  let result = text.replace(/^import \{([^}]*)\} from '@tensorflow\/tfjs-core';/gm, (whole, list) => {
    const kept = list.split(',').map((item) => item.trim()).filter(Boolean).filter((item) => {
      const [name, local = name] = item.split(' as ');
      return !(namespaces.has(name) && open(name, local));
    });
    return `import { ${kept.join(', ')} } from '${CORE}';`;
  });
  for (const [, whole] of text.matchAll(/^import \* as (\w+) from '@tensorflow\/tfjs-core';/gm)) {
    result = result.replace(new RegExp(`\\b${whole}\\.(\\w+)\\b(?=\\.)`, 'g'), (access, name) =>
      (namespaces.has(name) ? open(name, `${whole}$${name}`) : access));
  }
  return `${[...added.values()].join('')}${result}`;
}
