// Between values in files and tensors.

import {Value} from './value.mjs';

/** @returns {tf.Tensor} */
export function toTensor(core, {dtype, shape, values}) {
  if (dtype !== 'complex64') return core.tensor(values, shape, dtype);
  const half = values.length / 2;
  const part = (offset) => core.tensor(Float32Array.from({length: half}, (_, i) => values[2 * i + offset]), shape);
  return core.tidy(() => core.complex(part(0), part(1)));
}

/** @returns {Promise<Value>} */
export async function fromTensor(tensor) {
  const {dtype, shape} = tensor;
  if (dtype === 'string') return new Value(dtype, shape, await tensor.bytes());
  const data = await tensor.data();
  // Some kernels hand back an array of another type than the tensor's dtype.
  const array = {float32: Float32Array, complex64: Float32Array, int32: Int32Array, bool: Uint8Array}[dtype];
  return new Value(dtype, shape, data instanceof array ? data : array.from(data));
}
