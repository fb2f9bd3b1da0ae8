// Writes ops.json: what TensorFlow.js's graph runtime knows of each TensorFlow op.
//
//   node tables/ops.mjs --node_modules=DIR --output=FILE
//
// {"versions": {...}, "ops": {NAME: {
//    "category": ..., "inputs": [...], "attrs": [...], "outputs": [...],  as the package lists them
//    "mapped":      the runtime's mapper includes the op's list; an op that is not mapped loads and then cannot run,
//    "implemented": the category's executor has a case for it,
//    "async":       predict() refuses a graph that runs it; executeAsync() is needed,
//    "kernels":       kernels that it cannot do without,
//    "maybe_kernels": kernels that it may reach, depending on inputs and attributes}}}

import fs from 'node:fs';
import {parseFlags, runMain} from '../lib/args.mjs';
import {PACKAGE_FLAGS, packages} from '../lib/runtime.mjs';
import {OpKernels} from './op_kernels.mjs';
import {literal, must, Package, stableJson} from './source.mjs';

const LISTS = 'dist/operations/op_list';

runMain(async (argv) => {
  const flags = parseFlags(argv, {...PACKAGE_FLAGS, output: {required: true}});
  const {folder} = packages(flags);
  const converter = new Package(folder, 'tfjs-converter');
  const core = new Package(folder, 'tfjs-core');
  const kernels = new OpKernels(core);
  const mapped = mappedLists(converter);
  const asyncOps = asyncNames(converter);

  const ops = {};
  for (const file of converter.list(LISTS, '.js')) {
    const list = file.replace(/\.js$/, '');
    const executor = readExecutor(converter, list);
    const text = converter.read(`${LISTS}/${file}`);
    const json = must(/export const json = (\[[^]*\]);/.exec(text), `the op list in ${file}`)[1];
    for (const op of literal(json)) {
      const {sure, maybe} = opKernels(kernels, op.tfOpName, executor.cases.get(op.tfOpName) ?? []);
      ops[op.tfOpName] = {
        category: op.category ?? list,
        inputs: op.inputs ?? [],
        attrs: op.attrs ?? [],
        outputs: op.outputs ?? [],
        mapped: mapped.has(list),
        implemented: executor.cases.has(op.tfOpName),
        async: executor.async || asyncOps.has(op.tfOpName),
        kernels: [...sure].sort(),
        maybe_kernels: [...maybe].sort(),
      };
    }
  }
  const versions = {[converter.name]: converter.version, [core.name]: core.version};
  fs.writeFileSync(flags.output, stableJson({versions, ops}));
});

/** Kernels of an op whose case calls `functions`, one after another. */
function opKernels(kernels, op, functions) {
  const found = functions.map((name) => kernels.of(name));
  const sure = new Set(found.flatMap((f) => [...f.sure]));
  const maybe = new Set(found.flatMap((f) => [...f.maybe]));
  // Where ops share a function that branches by dtype (Abs, ComplexAbs), the kernel of the op's own name is the one.
  const own = op.replace(/^_(?=FusedConv)/, '');
  if (functions.some((name) => kernels.mentions(name, own))) sure.add(own);
  for (const kernel of sure) maybe.delete(kernel);
  return {sure, maybe};
}

/** The op lists that the mapper puts together: not every list that the package ships is among them. */
function mappedLists(converter) {
  const text = converter.read('dist/operations/operation_mapper.js');
  const files = new Map();
  for (const [, name, file] of text.matchAll(/^import \* as (\w+) from '\.\/op_list\/(\w+)';/gm)) files.set(name, file);
  const used = must(/const ops = \[([^\]]*)\];/.exec(text), "the mapper's op lists")[1];
  return new Set(used.split(',').map((name) => must(files.get(name.trim()), `the op list "${name.trim()}"`)));
}

/** Ops that the synchronous path refuses by name. */
function asyncNames(converter) {
  const text = converter.read('dist/executor/model_analysis.js');
  const sets = ['CONTROL_FLOW_OPS', 'DYNAMIC_SHAPE_OPS', 'HASH_TABLE_OPS'].map((name) => {
    const pattern = new RegExp(`const ${name} = new Set\\((\\[[^\\]]*\\])\\)`);
    return literal(must(pattern.exec(text), `the set ${name}`)[1]);
  });
  return new Set(sets.flat());
}

/** @returns {{async: boolean, cases: Map<string, string[]>}} by op, the functions of tfjs-core that its case calls. */
function readExecutor(converter, list) {
  const cases = new Map();
  const name = `${list}_executor.js`;
  if (!converter.list('dist/operations/executors', '.js').includes(name)) return {async: false, cases};
  const text = converter.read(`dist/operations/executors/${name}`);
  const body = must(/switch \(node\.op\) \{([^]*)\n        default:/.exec(text), `the cases of ${name}`)[1];
  // Labels without statements between them share the statements that follow.
  const groups = /((?:\n {8}case '\w+':(?: *\/\/.*)?)+)([^]*?)(?=\n {8}case |$)/g;
  for (const [, labels, statements] of body.matchAll(groups)) {
    const calls = [...statements.matchAll(/\bops\.([a-zA-Z0-9.]+)\(/g)].map(([, call]) => call);
    for (const [, op] of labels.matchAll(/'(\w+)'/g)) cases.set(op, [...new Set(calls)]);
  }
  return {async: /export const executeOp = async/.test(text), cases};
}
