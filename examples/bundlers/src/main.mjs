// Reads the emotions of a picture that is a ramp from black to white, and shows seven scores.

import {load} from 'models/loader.mjs';
import * as tf from 'tfjs/tfjs.mjs';

// The two folders are served as they were built; what the bundler writes is the code alone.
tf.setWasmPaths(new URL('/tfjs/', document.baseURI).href);
await tf.setBackend('wasm');
const model = await load(tf, 'fer', {baseUrl: '/models/'});

const [input] = model.inputs;
const pixels = Float32Array.from({length: 64 * 64}, (_, index) => index / (64 * 64));
const results = await model.run({[input.name]: pixels});
const {data} = results[model.outputs[0].name];
document.querySelector('#scores').textContent = JSON.stringify(Array.from(data));
