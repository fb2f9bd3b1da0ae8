// Where an input's value comes from: each kind gives controls and, when the model runs, the value.

import {field, make} from './dom.mjs';
import {parsePasted} from './pasted.mjs';
import {drawPicture, pictureLayout, pictureValue, RANGES} from './pictures.mjs';
import {firstRange, randomValue} from './random.mjs';
import {firstShape, parseShape, shapeText} from './shapes.mjs';
import {decodeSound, record, seconds, soundLayout, soundValue} from './sounds.mjs';

const FIRST_RATE = 22050;
const FREE_SIDE = 224;

/** @returns {Record<string, {element: Element, value: () => Promise<object> | object}>} by what they are called. */
export function sourcesOf(port) {
  const sources = {Random: random(port)};
  if (pictureLayout(port.shape) && ['float32', 'int32'].includes(port.dtype)) sources.Picture = picture(port);
  if (soundLayout(port)) sources.Sound = sound(port);
  sources.JSON = pasted(port);
  return sources;
}

function random(port) {
  const [low, high] = firstRange(port.dtype);
  const shape = make('input', {type: 'text', value: firstShape(port.shape).join(', '), spellcheck: false});
  const numbers = (name, value) => make('input', {type: 'number', step: 'any', value, name});
  const [from, to, seed] = [numbers('from', low), numbers('to', high), numbers('seed', 0)];
  const ranged = !['bool', 'string'].includes(port.dtype);
  return {
    element: make('div.controls', {}, field('shape', shape), ...(ranged ? [field('from', from), field('to', to)] : []), field('seed', seed)),
    value: () => randomValue(port.dtype, parseShape(shape.value, port), {range: [Number(from.value), Number(to.value)], seed: Number(seed.value)}),
  };
}

function picture(port) {
  const layout = pictureLayout(port.shape);
  const canvas = make('canvas.picture', {width: layout.width ?? FREE_SIDE, height: layout.height ?? FREE_SIDE, 'aria-label': 'The picture as the model gets it', role: 'img'});
  const range = make('select', {}, ...Object.keys(RANGES).map((text) => make('option', {}, text)));
  const file = make('input', {type: 'file', accept: 'image/*'});
  return {
    element: make('div.controls', {}, field('picture', file), field('pixels', range),
        make('p.hint', {}, `Its middle is scaled to ${canvas.width} × ${canvas.height}.`), canvas),
    value: async () => {
      if (!file.files.length) throw new Error(`No picture is chosen for "${port.name}"; choose a file, or take random input.`);
      const pixels = await drawPicture(file.files[0], canvas);
      canvas.classList.add('drawn');
      return pictureValue(pixels, port.dtype, port.shape.length, layout, range.value);
    },
  };
}

function sound(port) {
  const layout = soundLayout(port);
  const rate = make('input', {type: 'number', value: FIRST_RATE, min: 3000, max: 192000, name: 'rate'});
  const file = make('input', {type: 'file', accept: 'audio/*'});
  const status = make('p.hint', {role: 'status'}, 'Record, or choose a file; it is cut to length, or filled with silence.');
  const button = make('button.plain', {type: 'button'}, 'Record');
  let source;
  file.onchange = async () => { source = {name: file.files[0]?.name, bytes: await file.files[0]?.arrayBuffer()}; };
  button.onclick = async () => {
    const duration = seconds(layout, Number(rate.value));
    button.disabled = true;
    status.textContent = `Listening for ${duration.toFixed(1)} s …`;
    try {
      source = {name: 'the recording', bytes: await record(duration)};
      status.textContent = `Recorded ${duration.toFixed(1)} s.`;
    } catch (error) {
      status.textContent = error.message;
    }
    button.disabled = false;
  };
  return {
    element: make('div.controls', {}, make('div.field', {}, make('span', {}, 'microphone'), button), field('or a file', file), field('samples a second', rate), status),
    value: async () => {
      if (!source?.bytes) throw new Error(`There is no sound for "${port.name}"; record one, choose a file, or take random input.`);
      // Decoding takes the bytes away.
      return soundValue(port, layout, await decodeSound(source.bytes.slice(0), Number(rate.value), source.name));
    },
  };
}

function pasted(port) {
  const text = make('textarea', {rows: 4, spellcheck: false, placeholder: `nested lists of the shape ${shapeText(port.shape)}`});
  return {element: make('div.controls', {}, field('nested lists, or an object with them by name', text)), value: () => parsePasted(text.value, port)};
}
