// A palette whose colours are named by one model, in black or white as another one says.

import {load} from './models/loader.mjs';
import * as tf from './tfjs/tfjs.mjs';

const LIGHTNESSES = [20, 35, 50, 65, 80];
const HUES = Array.from({length: 12}, (_, index) => index * 30);

const manifest = await (await fetch('models/asset-manifest.json')).json();
const {path} = manifest.assets.find((asset) => asset.path.startsWith('assets/names.'));
const names = await (await fetch(`models/${path}`)).json();
const [namer, reader] = await Promise.all([load(tf, 'colour_names'), load(tf, 'legibility')]);
const saturation = document.querySelector('#saturation');

async function show() {
  const colours = LIGHTNESSES.flatMap((lightness) => HUES.map((hue) => rgb(hue, saturation.value / 100, lightness / 100)));
  const numbers = Float32Array.from(colours.flat());
  const shares = (await namer.run({[namer.inputs[0].name]: numbers}))[namer.outputs[0].name].data;
  const {white} = await reader.run({colours: numbers});
  document.querySelector('#swatches').replaceChildren(...colours.map((colour, index) =>
    swatch(colour, nameOf(shares.slice(index * names.length, (index + 1) * names.length)), white.data[index] > 0.5)));
}

const nameOf = (shares) => names[shares.indexOf(Math.max(...shares))];

/** From hue, saturation and lightness to red, green and blue, each from 0 to 1. */
function rgb(hue, saturated, lightness) {
  const chroma = saturated * Math.min(lightness, 1 - lightness);
  return [0, 8, 4].map((offset) => {
    const at = (offset + hue / 30) % 12;
    return lightness - chroma * Math.max(-1, Math.min(at - 3, 9 - at, 1));
  });
}

function swatch(colour, name, isWhite) {
  const item = document.createElement('li');
  item.textContent = name;
  item.style.background = `rgb(${colour.map((part) => Math.round(part * 255))})`;
  item.style.color = isWhite ? 'white' : 'black';
  return item;
}

saturation.addEventListener('input', show);
await show();
