// The plot of latencies: the first run, which compiles, and the steady ones, each on a scale of its own.

import {timeText} from './format.mjs';
import {summary} from './statistics.mjs';

const ROW = 40;
const TOP = 30;
const BOTTOM = 26;
const LABELS = 62;
const GAP = 36;
const RIGHT = 64;
const NARROW = 560;

/** @returns {number[]} round numbers from 0 to at least `most`, three to six of them. */
export function ticks(most) {
  const rough = (most || 1) / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].map((factor) => factor * power).find((size) => size >= rough);
  return Array.from({length: Math.ceil((most || 1) / step - 1e-9) + 1}, (_, i) => Number((i * step).toPrecision(12)));
}

/**
 * @param {{backend: string, first: number, steady: number[]}[]} series
 * @param {number} width in pixels; below a certain one the two parts stand one above the other.
 * @returns {string} SVG.
 */
export function latencyPlot(series, width) {
  const narrow = width < NARROW;
  const part = narrow ? width - LABELS - RIGHT : (width - LABELS - GAP - RIGHT) / 2 - RIGHT / 2;
  const height = TOP + series.length * ROW + BOTTOM;
  const second = narrow ? {x: LABELS, y: height} : {x: LABELS + part + GAP + RIGHT, y: 0};
  const parts = [
    panel('First run (compiles)', series, {x: LABELS, y: 0, width: part}, ({first}) => [first], bar),
    panel('Steady runs, median', series, {...second, width: part}, ({steady}) => steady, dots),
    ...(narrow ? [LABELS, height] : [LABELS]).map((_, i) => names(series, i * height)),
  ];
  const all = height * (narrow ? 2 : 1);
  const said = series.map(({backend, first, steady}) => `${backend}: first ${timeText(first)}, then ${timeText(summary(steady).median)}`).join('; ');
  return `<svg viewBox="0 0 ${width} ${all}" width="${width}" height="${all}" role="img" aria-label="Latencies. ${said}.">${parts.join('')}</svg>`;
}

const middle = (row) => TOP + row * ROW + ROW / 2;

const names = (series, y) => series.map(({backend}, row) => `<text class="row-label" x="0" y="${y + middle(row) + 4}">${backend}</text>`).join('');

function panel(title, series, {x, y, width}, times, mark) {
  const marks = ticks(Math.max(...series.flatMap(times)));
  const scale = (time) => x + (time / marks.at(-1)) * width;
  const bottom = y + TOP + series.length * ROW;
  const grid = marks.map((time) => `<line class="grid" x1="${round(scale(time))}" x2="${round(scale(time))}" y1="${y + TOP - 4}" y2="${bottom}"/>` +
      `<text class="axis" text-anchor="middle" x="${round(scale(time))}" y="${bottom + 16}">${Number(time.toPrecision(4))}</text>`);
  const rows = series.map((each, row) => mark(times(each), scale, y + middle(row), each.backend));
  return `<text class="title" x="${x}" y="${y + 14}">${title}, ms</text>${grid.join('')}${rows.join('')}`;
}

function bar([time], scale, y, backend) {
  const width = Math.max(1, scale(time) - scale(0));
  return `<rect class="${backend}" x="${round(scale(0))}" y="${y - 9}" width="${round(width)}" height="18" rx="3"/>${label(scale(time), y, time)}`;
}

function dots(times, scale, y, backend) {
  const {median, most} = summary(times);
  const circles = times.map((time, i) => `<circle class="${backend}" cx="${round(scale(time))}" cy="${y + (((i * 7) % 9) - 4) * 2}" r="3.5"/>`);
  return `${circles.join('')}<line class="median" x1="${round(scale(median))}" x2="${round(scale(median))}" y1="${y - 14}" y2="${y + 14}"/>${label(scale(most) + 4, y, median)}`;
}

const label = (x, y, time) => `<text class="value" x="${round(x + 6)}" y="${y + 4}">${timeText(time)}</text>`;

const round = (number) => Number(number.toFixed(1));
