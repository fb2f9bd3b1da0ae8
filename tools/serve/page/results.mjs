// Draws an output: one value large, vectors as bars, matrices as heat maps, the rest as numbers.

import {toList, toNested} from './arrays.mjs';
import {make} from './dom.mjs';
import {countText, valueText} from './format.mjs';
import {heatMap} from './heat_map.mjs';
import {count, shapeText} from './shapes.mjs';
import {range} from './statistics.mjs';

const NUMBERS_SHOWN = 200;
const BARS_SHOWN = 12;
const PROFILE_HEIGHT = 56;

/** @returns {Element} one output with its figures, its picture and its numbers. */
export function drawOutput({name, value}) {
  const numeric = ['float32', 'int32'].includes(value.dtype);
  const long = value.shape.filter((size) => size > 1).length;
  const pictures = numeric && value.values.length ? (long >= 2 ? [heatMap(value)] : vector(value)) : [];
  return make('section.output', {data: {output: name}}, heading(name, value, numeric), ...pictures, numbers(value, !pictures.length), download(name, value));
}

function heading(name, value, numeric) {
  const {least, most, mean, odd} = range(numeric ? value.values : []);
  const figures = numeric && least <= most ? `from ${valueText(least)} to ${valueText(most)}, mean ${valueText(mean)}` : '';
  return make('div.port', {}, make('h3.name', {}, name), make('span.kind', {}, value.dtype), make('code', {}, shapeText(value.shape)),
      make('span.soft', {}, figures), odd ? make('span.warning', {}, `${countText(odd)} NaN or infinite`) : null);
}

function vector({values}) {
  if (values.length === 1) return [make('p.single', {}, valueText(values[0]))];
  const order = Array.from(values.keys()).sort((a, b) => values[b] - values[a]).slice(0, BARS_SHOWN);
  const {least, most} = range(values);
  const [low, high] = [Math.min(0, least), Math.max(0, most)];
  const share = (value) => (100 * (Number.isFinite(value) ? value - low : 0)) / (high - low || 1);
  const zero = share(0);
  const rows = order.map((index) => {
    const bar = make('i');
    const at = share(values[index]);
    Object.assign(bar.style, {left: `${Math.min(zero, at)}%`, width: `${Math.abs(at - zero)}%`});
    return make('li', {}, make('span.index', {}, String(index)), make('span.track', {}, bar), make('span.number', {}, valueText(values[index])));
  });
  const list = make('ol.bars', {'aria-label': 'The largest values, each with its index'}, ...rows);
  return values.length > BARS_SHOWN ? [make('p.hint', {}, `The ${BARS_SHOWN} largest of ${countText(values.length)} values, by index`), list, profile(values, low, high)] : [list];
}

/** All values in their order, as thin bars. */
function profile(values, low, high) {
  const canvas = make('canvas.profile', {width: Math.min(values.length, 1200), height: PROFILE_HEIGHT, role: 'img', 'aria-label': `All ${values.length} values in order`});
  const context = canvas.getContext('2d');
  const place = (value) => PROFILE_HEIGHT * (1 - (value - low) / (high - low || 1));
  context.fillStyle = getComputedStyle(document.documentElement).getPropertyValue('--accent');
  values.forEach((value, i) => {
    const [x, next] = [i, i + 1].map((at) => (at * canvas.width) / values.length);
    const [top, bottom] = [place(Math.max(0, value)), place(Math.min(0, value))];
    context.fillRect(x, top, Math.max(0.6, next - x - 0.3), Math.max(1, bottom - top));
  });
  return canvas;
}

function numbers(value, open) {
  const list = toList(value);
  const cut = list.length > NUMBERS_SHOWN ? ` … and ${countText(list.length - NUMBERS_SHOWN)} more` : '';
  const text = list.slice(0, NUMBERS_SHOWN).map(valueText).join('  ') + cut;
  return make('details', {open: open || count(value.shape) <= BARS_SHOWN}, make('summary', {}, 'Numbers'), make('p.numbers', {tabIndex: 0}, text || 'none'));
}

function download(name, value) {
  const link = make('a.download', {href: '#', download: `${name.replace(/[^\w.-]+/g, '_')}.json`}, 'Download as JSON');
  link.onclick = () => {
    const text = JSON.stringify({name, dtype: value.dtype, shape: value.shape, values: toNested(value)});
    link.href = URL.createObjectURL(new Blob([text], {type: 'application/json'}));
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
  };
  return link;
}
