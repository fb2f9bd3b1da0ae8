// What the model is, in a few figures.

import {make} from './dom.mjs';
import {bytesText, countText} from './format.mjs';
import {portLine} from './inputs.mjs';

export function showHeader({label, info, json}) {
  const name = label.split(':').at(-1);
  document.title = `${name} · try it`;
  document.querySelector('h1').textContent = name;
  document.querySelector('#label').textContent = label;
  const operations = Object.values(info.ops ?? {}).reduce((sum, count) => sum + count, 0);
  const figures = [
    [json.format === 'graph-model' ? 'graph model' : 'layers model', `runs with ${info.execution ?? 'predict'}()`],
    [countText(info.parameters ?? 0), 'parameters'],
    [bytesText(info.bytes ?? 0), `in ${info.shards?.length ?? 0} weight file${info.shards?.length === 1 ? '' : 's'} and model.json`],
    [countText(operations), json.format === 'graph-model' ? 'operations' : 'layers'],
  ];
  document.querySelector('#figures').replaceChildren(...figures.map(([value, what]) => make('div.figure', {}, make('b', {}, value), make('span', {}, what))));
  document.querySelector('#gives').replaceChildren(...info.outputs.map((port) => make('li', {}, portLine(port))));
}
