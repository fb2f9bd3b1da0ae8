// What a model promises of its outputs: in its info file, or else in its signature.

/** TensorFlow's dtypes, by either spelling, as TensorFlow.js holds them. */
const HELD_AS = [
  [/^(DT_)?(float|float16|float32|float64|half|double|bfloat16)$/i, 'float32'],
  [/^(DT_)?u?int(8|16|32|64)$/i, 'int32'],
  [/^(DT_)?bool$/i, 'bool'],
  [/^(DT_)?string$/i, 'string'],
  [/^(DT_)?complex(64|128)$/i, 'complex64'],
];

const heldAs = (dtype) => HELD_AS.find(([pattern]) => pattern.test(dtype ?? ''))?.[1] ?? null;

/**
 * @param {object | undefined} info the parsed info file.
 * @param {object} json the parsed model.json.
 * @returns {{name: string, dtype: string | null, shape: (number | null)[] | null}[] | null} null where nothing is
 *     promised.
 */
export function promisedOutputs(info, json) {
  if (info?.outputs) {
    return info.outputs.map(({name, dtype, shape}) => ({name, dtype: heldAs(dtype), shape: freeAxes(shape)}));
  }
  const outputs = (json.userDefinedMetadata?.signature ?? json.signature)?.outputs;
  return outputs ? Object.entries(outputs).map(([name, {dtype, tensorShape}]) => (
    {name, dtype: heldAs(dtype), shape: signatureShape(tensorShape)})) : null;
}

function signatureShape(tensorShape) {
  if (!tensorShape || tensorShape.unknownRank) return null;
  // proto3's JSON leaves a size of zero out.
  return freeAxes((tensorShape.dim ?? []).map(({size}) => Number(size ?? 0)));
}

const freeAxes = (shape) => shape?.map((size) => (size === null || size < 0 ? null : size)) ?? null;

/** Whether a real shape is one of those promised. */
export const fits = (shape, promised) => promised === null || (shape.length === promised.length &&
    shape.every((size, axis) => promised[axis] === null || promised[axis] === size));
