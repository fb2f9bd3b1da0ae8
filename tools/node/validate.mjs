// Loads a model in TensorFlow.js and runs it once; a model that fails here would fail in the browser.
//
//   node validate.mjs --model=DIR --report=FILE [--info=FILE] [--backend=auto|cpu|wasm]
//                     [--mode=auto|predict|executeAsync|load] [--label=LABEL] [--node_modules=DIR]
//
// Checked: every file against the manifest (and the info file's bytes and sha256), that the model loads, that it runs,
// that every output that the info file (else the signature) names comes, in the promised shape, and that predict()
// without names gives the same outputs in the same order.
//
// Inputs are ones, true and empty strings, and free axes are 1. Where the model does not run on that, or an output is
// not finite, larger axes, then zeros, then small values are tried (lib/probe.mjs). It fails when no run works, or when
// an output is never finite: log(1 - x) is fine, a NaN among the weights is not.
//
// The backend `auto` is wasm, or cpu where wasm lacks a kernel. The mode `load` only loads; so are models with a decision
// forest, which a package of its own runs.
// On failure one sentence goes to stderr and the exit code is 1. The report holds nothing of time or machine.

import fs from 'node:fs';
import {parseFlags, runMain, UserError} from './lib/args.mjs';
import {readJson, readModelJson} from './lib/artifact.mjs';
import {fits, promisedOutputs} from './lib/expectations.mjs';
import {loadModel} from './lib/model.mjs';
import {runModel} from './lib/named_model.mjs';
import {fill, FILLS, firstNonFinite, shapeChoices} from './lib/probe.mjs';
import {PACKAGE_FLAGS, Runtime} from './lib/runtime.mjs';
import {fromTensor, toTensor} from './lib/tensors.mjs';

const NO_KERNEL = /Kernel '(\w+)' not registered for backend '(\w+)'/;

runMain(async (argv) => {
  const flags = parseFlags(argv, {
    model: {required: true}, report: {required: true}, info: {}, backend: {default: 'auto'}, mode: {default: 'auto'},
    label: {}, ...PACKAGE_FLAGS,
  });
  if (!['auto', 'predict', 'executeAsync', 'load'].includes(flags.mode)) {
    throw new UserError(`The mode "${flags.mode}" is unknown; accepted are auto, predict, executeAsync and load.`);
  }
  console.warn = () => {};
  const runtime = new Runtime(flags);
  const backends = flags.backend === 'auto' ? ['wasm', 'cpu'] : [flags.backend];
  let report;
  while (!report) {
    const backend = backends.shift();
    try {
      report = await validate(runtime, backend, flags);
    } catch (error) {
      if (!(backends.length && NO_KERNEL.test(error.message))) throw error;
    }
  }
  fs.writeFileSync(flags.report, `${JSON.stringify(report, null, 1)}\n`);
});

async function validate(runtime, backend, {model: directory, info: infoFile, mode, label: name = directory}) {
  const {json} = readModelJson(directory);
  const info = infoFile && readJson(infoFile, 'info file');
  const toRun = mode !== 'load' && !info?.decision_forest;
  await runtime.start(backend);
  const model = await attempt(`The model "${name}" does not load in TensorFlow.js`, () =>
    loadModel(runtime, directory, info, toRun));
  const report = {format: model.format, backend};
  if (!toRun) return report;
  const promised = promisedOutputs(info, json);
  checkNames(name, model, promised);

  const probe = await search(runtime, model, mode, name, backend);
  for (const {name: output, shape} of promised ?? []) {
    const real = probe.outputs[output].shape;
    if (!fits(real, shape)) {
      throw new UserError(`The output "${output}" of "${name}" has shape [${real}] on inputs of shape ` +
          `${shapesText(probe.shapes)}, but [${shape.map((size) => size ?? '?')}] is promised; this is a fault of ` +
          'the conversion, report it with the info file.');
    }
  }
  if (info?.execution === 'predict' && probe.mode !== 'predict') {
    throw new UserError(`The info file of "${name}" says that predict() runs the model, but it needs executeAsync(); ` +
        'convert the model again.');
  }
  return {
    ...report,
    execution: probe.mode,
    inputs: model.inputs.map(({name: input, dtype}, i) => ({name: input, dtype, shape: probe.shapes[i]})),
    outputs: model.outputs.map((output) => {
      const {dtype, shape} = probe.outputs[output];
      const expected = promised?.find((port) => port.name === output)?.dtype;
      return {
        name: output, dtype, shape, not_finite_on: probe.notFinite[output],
        ...(expected && expected !== dtype ? {promised_dtype: expected} : {}),
      };
    }),
  };
}

/** Outputs promised, outputs given by name, and outputs given without names are the same list. */
function checkNames(name, model, promised) {
  const missing = (promised ?? []).filter((port) => !model.outputs.includes(port.name)).map((port) => port.name);
  if (missing.length) {
    throw new UserError(`The model "${name}" has no output "${missing.join('", "')}"; it has ` +
        `"${model.outputs.join('", "')}", and its info file and signature must name the same.`);
  }
  if (JSON.stringify(model.defaultOutputs) !== JSON.stringify(model.outputs)) {
    throw new UserError(`Without names, predict() of "${name}" gives [${model.defaultOutputs}] and not ` +
        `[${model.outputs}]: two outputs of its signature stand for one node; give each a node of its own (Identity).`);
  }
}

/**
 * Runs on ones, then on other values and larger free axes, until every output has been finite once.
 * @returns {Promise<{outputs: Record<string, Value>, shapes: number[][], mode: string,
 *     notFinite: Record<string, string[]>}>} of the last run; `notFinite` says for each output on what it was not
 *     finite (nothing, mostly).
 */
async function search(runtime, model, mode, name, backend) {
  const notFinite = Object.fromEntries(model.outputs.map((output) => [output, []]));
  let open = model.outputs;
  let last;
  let failed;
  const tries = FILLS.flatMap((kind) => shapeChoices(model.inputs).map((shapes) => ({kind, shapes})));
  for (const {kind, shapes} of tries) {
    try {
      last = {shapes, ...(await run(runtime, model, shapes, kind, mode))};
    } catch (error) {
      failed ??= {error, shapes};
      if (NO_KERNEL.test(error.message)) break;
      continue;
    }
    open = open.filter((output) => firstNonFinite(last.outputs[output]) >= 0);
    if (!open.length) return {...last, notFinite};
    for (const output of open) notFinite[output].push(`${kind} of shape ${shapesText(shapes)}`);
  }
  if (!last) {
    const on = model.inputs.length ? ` on inputs of ones of shape ${shapesText(failed.shapes)}` : '';
    return attempt(`The model "${name}" loads but does not run in TensorFlow.js on ${backend}${on}`, () => {
      throw failed.error;
    });
  }
  const {[open[0]]: value} = last.outputs;
  const at = firstNonFinite(value);
  throw new UserError(`The output "${open[0]}" of "${name}" is ${value.values[at]} at element ${at}, and ` +
      'never finite on ones, zeros and small values; look for NaN or infinity among the weights, and for float16 ' +
      'quantization of weights beyond 65504.');
}

async function run(runtime, model, shapes, kind, mode) {
  const inputs = Object.fromEntries(model.inputs.map(({name, dtype}, i) =>
    [name, toTensor(runtime.core, fill(dtype ?? 'float32', shapes[i], kind))]));
  const tensors = {};
  try {
    const ran = await runModel(model, inputs, mode);
    Object.assign(tensors, ran.outputs);
    const outputs = {};
    for (const [name, tensor] of Object.entries(tensors)) {
      if (!tensor) throw new UserError(`no output "${name}" came`);
      // A convolution over less than its kernel is not refused by every backend.
      const {shape} = tensor;
      if (shape.some((size) => size < 0)) throw new UserError(`the output "${name}" has shape [${shape}]`);
      outputs[name] = await fromTensor(tensor);
    }
    return {outputs, mode: ran.mode};
  } finally {
    // An output may be an input itself, so that both are let go last.
    runtime.core.dispose(inputs);
    runtime.core.dispose(Object.values(tensors).filter(Boolean));
  }
}

const shapesText = (shapes) => shapes.map((shape) => `[${shape}]`).join(', ');

/** What to do about failures that are known by their message. */
const ADVICE = [
  [NO_KERNEL, ([, kernel, backend]) => `the ${backend} backend has no kernel "${kernel}": use another backend`],
  [/Unknown op '(\w+)'/, ([, op]) => `register "${op}" as a custom op, or keep it out of the model`],
  [/Unknown layer: (\w+)/, ([, layer]) => `tf.loadLayersModel has no "${layer}": convert to a graph model instead`],
  [/Unknown (\w+): (\w+)/, ([, kind, value]) =>
    `tf.loadLayersModel has no ${kind} "${value}": convert to a graph model instead`],
];

/** Runs `action`; an error of TensorFlow.js becomes one sentence that begins with `what`. */
async function attempt(what, action) {
  try {
    return await action();
  } catch (error) {
    // Complaints about files are whole sentences already.
    if (error instanceof UserError && /^The /.test(error.message)) throw error;
    const text = String(error?.message ?? error).replace(/\s+/g, ' ').trim().replace(/[.;]$/, '');
    const known = ADVICE.map(([pattern, advice]) => [pattern.exec(text), advice]).find(([match]) => match);
    const advice = known ? known[1](known[0]) : 'if the source model is sound, report this fault of the conversion';
    throw new UserError(`${what} (${text}); ${advice}.`);
  }
}
