// Values outside TensorFlow.js, in Node and in a page.

/** A tensor's value outside TensorFlow.js: `values` is flat, C order; complex64 is interleaved; strings are bytes. */
export class Value {
  /**
   * @param {'float32' | 'int32' | 'bool' | 'complex64' | 'string'} dtype
   * @param {number[]} shape
   * @param {Float32Array | Int32Array | Uint8Array | Uint8Array[]} values
   */
  constructor(dtype, shape, values) {
    this.dtype = dtype;
    this.shape = shape;
    this.values = values;
  }
}
