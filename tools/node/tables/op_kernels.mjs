// Which kernels a function of tfjs-core runs, read from the text of its flat bundle.
//
// `sure` kernels: without one of them the function fails. They are those it names at its body's outermost level, there
// also through other functions, and the one it names if it names just one. `maybe` kernels are reached under conditions
// that this reading does not weigh. Gradients, and branches for complex64, are left out.

import {blocks, must} from './source.mjs';

export class OpKernels {
  /** @param {import('./source.mjs').Package} core */
  constructor(core) {
    const text = core.read('dist/tf-core.fesm.js');
    this.functions = new Map();
    this.whole = blocks(text, 'function');
    for (const [name, body] of this.whole) this.functions.set(name, withoutBranches(body));
    // `const add$1 = op({ add_ })` and `const f = f_`: the public value, and the function that does its work.
    for (const [, name, a, b] of text.matchAll(
        /^const ([\w$]+) = (?:(?:\/\*.*?\*\/ )?op\(\{ (?:[\w$]+: )?([\w$]+) \}\)|([\w$]+));/gm)) {
      for (const map of [this.functions, this.whole]) if (map.has(a ?? b)) map.set(name, map.get(a ?? b));
    }
    this.constants = new Map();
    for (const [, name, value] of text.matchAll(/^const ([\w$]+) = '(\w+)';/gm)) this.constants.set(name, value);
    this.aliases = exportsOf(text);
    this.namespaces = new Map();
    for (const [, name, body] of text.matchAll(/^(?:const|var) (\w+) = \{\n([^]*?)^\};/gm)) {
      const members = [...body.matchAll(/^ +(\w+)(?:: ([\w$]+))?,?$/gm)].map(([, key, local]) => [key, local ?? key]);
      this.namespaces.set(name, new Map(members));
    }
  }

  /**
   * @param {string} name a public name, `matMul` or `linalg.bandPart`.
   * @returns {{sure: Set<string>, maybe: Set<string>}}
   */
  of(name) {
    const local = this.resolve(name);
    const sure = this.reach(local, outermost);
    const direct = this.named(this.functions.get(local));
    if (direct.size === 1) sure.add([...direct][0]);
    const maybe = this.reach(local, (body) => body);
    for (const kernel of sure) maybe.delete(kernel);
    return {sure, maybe};
  }

  /** Whether the function runs the kernel itself, in any branch. */
  mentions(name, kernel) {
    return this.named(this.whole.get(this.resolve(name))).has(kernel);
  }

  resolve(name) {
    const [first, second] = name.split('.');
    const outer = this.aliases.get(first) ?? first;
    const local = second ? this.namespaces.get(outer)?.get(second) : outer;
    must(this.functions.has(local), `what tf.${name} does`);
    return local;
  }

  /** Kernels that the text itself runs. */
  named(body) {
    const names = [...body.matchAll(/runKernel\((?:'(\w+)'|([\w$]+))/g)];
    return new Set(names.map(([, text, constant]) => text ?? this.constants.get(constant)).filter(Boolean));
  }

  /** Kernels that a function runs, itself and through others, looking at the `part` of each body. */
  reach(local, part, seen = new Set()) {
    if (seen.has(local)) return new Set();
    seen.add(local);
    const body = part(this.functions.get(local));
    const result = this.named(body);
    for (const [, callee] of body.matchAll(/(?<![\w$.])([\w$]+)\(/g)) {
      if (this.functions.has(callee)) for (const kernel of this.reach(callee, part, seen)) result.add(kernel);
    }
    return result;
  }
}

const withoutBranches = (body) => body.replace(/^( *)const grad(?:Func)? = [^]*?^\1\};?$/gm, '')
    .replace(/^( *)if \([^\n]*dtype === 'complex64'\) \{\n[^]*?^\1\}/gm, '');

/** A body's lines at its own level (four spaces), without those that branch, its head, and nested blocks. */
const outermost = (body) => body.split('\n').slice(1)
    .filter((line) => /^ {4}[^ }]/.test(line) && !/^ {4}(if|for|while|switch)\b|=>| \? |&&|\|\|/.test(line)).join('\n');

/** `export { conv2d$1 as conv2d, … }` as a map from public to local names. */
function exportsOf(text) {
  const list = must(/^export \{ ([^}]*) \};/m.exec(text), 'what tfjs-core exports')[1];
  return new Map(list.split(', ').map((item) => {
    const [local, name] = item.split(' as ');
    return [name ?? local, local];
  }));
}
