// Names the colour that is picked.

import {load} from './models/loader.mjs';
import * as tf from './tfjs/tfjs.mjs';

const manifest = await (await fetch('models/asset-manifest.json')).json();
const {path} = manifest.assets.find((asset) => asset.path.startsWith('assets/names.'));
const names = await (await fetch(`models/${path}`)).json();
const model = await load(tf, 'colour_names');
const [input] = model.inputs;
const [output] = model.outputs;
const picked = document.querySelector('#colour');
const list = document.querySelector('#names');

async function show() {
  const colour = picked.value;
  const numbers = colour.match(/[0-9a-f]{2}/g).map((digits) => parseInt(digits, 16) / 255);
  const {data} = (await model.run({[input.name]: Float32Array.from(numbers)}))[output.name];
  const ranked = Array.from(data, (share, index) => ({name: names[index], share})).sort((a, b) => b.share - a.share);
  document.querySelector('#name').textContent = ranked[0].name;
  list.replaceChildren(...ranked.slice(0, 4).map(row));
  list.dataset.colour = colour;
}

function row({name, share}) {
  const item = document.createElement('li');
  const meter = Object.assign(document.createElement('meter'), {value: share});
  item.append(name, meter, `${Math.round(share * 100)} %`);
  return item;
}

picked.addEventListener('input', show);
await show();
