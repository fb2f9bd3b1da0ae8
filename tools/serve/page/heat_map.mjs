// Two axes of a tensor as a heat map, with a choice of the others.

import {colourOf, gradient, scaleFor} from './colours.mjs';
import {field, make} from './dom.mjs';
import {valueText} from './format.mjs';
import {range} from './statistics.mjs';

/** @returns {{rows: number, columns: number, before: number[], after: number[]}} the axes drawn, and how the others lie around them. */
export function planes(shape) {
  const long = shape.flatMap((size, axis) => (size > 1 ? [axis] : []));
  // A last axis of a few channels is not worth being drawn; the two before it are.
  const skip = long.length > 2 && shape[long.at(-1)] <= 4 ? 1 : 0;
  const [row, column] = long.slice(long.length - 2 - skip, long.length - skip);
  return {row, column, others: long.filter((axis) => axis !== row && axis !== column)};
}

/** @returns {number[]} the flat indices of a plane, row by row. */
export function planeIndices(shape, {row, column}, place) {
  const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((a, b) => a * b, 1));
  const start = Object.entries(place).reduce((sum, [axis, at]) => sum + at * strides[axis], 0);
  const indices = [];
  for (let i = 0; i < shape[row]; i++) {
    for (let j = 0; j < shape[column]; j++) indices.push(start + i * strides[row] + j * strides[column]);
  }
  return indices;
}

export function heatMap({shape, values}) {
  const axes = planes(shape);
  const place = Object.fromEntries(axes.others.map((axis) => [axis, 0]));
  const scale = scaleFor(range(values));
  const [rows, columns] = [shape[axes.row], shape[axes.column]];
  const canvas = make('canvas.heat', {width: columns, height: rows, role: 'img', 'aria-label': `Heat map, ${rows} rows and ${columns} columns`});
  const told = make('span.soft.told', {}, `${rows} rows, ${columns} columns`);
  const draw = () => paint(canvas, planeIndices(shape, axes, place), values, scale);
  canvas.onmousemove = ({offsetX, offsetY}) => {
    const [i, j] = [[offsetY, canvas.clientHeight, rows], [offsetX, canvas.clientWidth, columns]].map(([at, size, count]) => Math.min(count - 1, Math.max(0, Math.floor((at / size) * count))));
    told.textContent = `[${i}, ${j}] = ${valueText(values[planeIndices(shape, axes, place)[i * columns + j]])}`;
  };
  const sliders = axes.others.map((axis) => {
    const slider = make('input', {type: 'range', min: 0, max: shape[axis] - 1, value: 0});
    slider.oninput = () => {
      place[axis] = Number(slider.value);
      draw();
    };
    return field(`axis ${axis}, 0 to ${shape[axis] - 1}`, slider);
  });
  draw();
  return make('div.map', {}, ...(sliders.length ? [make('div.controls', {}, ...sliders)] : []), frame(canvas, rows, columns), legend(scale, told));
}

/** Cells of few rows or columns are drawn large, and squares stay squares where they fit. */
function frame(canvas, rows, columns) {
  const cell = Math.max(1, Math.min(36, 320 / rows, 640 / columns));
  Object.assign(canvas.style, {height: `${Math.max(24, rows * cell)}px`, width: `${Math.max(24, columns * cell)}px`});
  return canvas;
}

function paint(canvas, indices, values, scale) {
  const context = canvas.getContext('2d');
  const pixels = context.createImageData(canvas.width, canvas.height);
  indices.forEach((index, i) => pixels.data.set([...colourOf(values[index], scale), 255], 4 * i));
  context.putImageData(pixels, 0, 0);
}

function legend(scale, told) {
  const band = make('i.band');
  band.style.background = gradient(scale);
  return make('div.legend', {}, make('span', {}, valueText(scale.low)), band, make('span', {}, valueText(scale.high)), told);
}
