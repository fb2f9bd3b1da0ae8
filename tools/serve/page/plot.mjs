// The plot of latencies: the first run, which compiles, and the steady ones, each on a scale of its own.

import {timeText} from './format.mjs';
import {summary} from './statistics.mjs';

const ROW = 34;
const TOP = 30;
const BOTTOM = 34;
const LABELS = 62;
const VALUES = 68;
const GAP = 20;
const NARROW = 560;
// Backends further apart than this are not to be seen on a linear scale.
const WIDE = 20;

/**
 * @param {number[]} times in ms, above 0.
 * @returns {{marks: number[], place: (time: number) => number}} an axis: where each time lies, from 0 to 1.
 */
export function axis(times) {
  const [least, most] = [Math.min(...times), Math.max(...times)];
  if (most / least > WIDE) {
    const [low, high] = [Math.floor(Math.log10(least)), Math.ceil(Math.log10(most))];
    return {
      marks: Array.from({length: high - low + 1}, (_, i) => Number((10 ** (low + i)).toPrecision(12))),
      place: (time) => (Math.log10(time) - low) / (high - low),
    };
  }
  const power = 10 ** Math.floor(Math.log10(most / 4));
  const step = [1, 2, 2.5, 5, 10].map((factor) => factor * power).find((size) => size >= most / 4);
  const marks = Array.from({length: Math.ceil(most / step - 1e-9) + 1}, (_, i) => Number((i * step).toPrecision(12)));
  return {marks, place: (time) => time / marks.at(-1)};
}

/**
 * @param {{backend: string, first: number, steady: number[]}[]} series
 * @param {number} width in pixels; below a certain one the two parts stand one above the other.
 * @returns {string} SVG.
 */
export function latencyPlot(series, width) {
  const narrow = width < NARROW;
  const part = narrow ? width - LABELS - VALUES : (width - LABELS - GAP) / 2 - VALUES;
  const height = TOP + series.length * ROW + BOTTOM;
  const second = narrow ? {x: LABELS, y: height, names: true} : {x: LABELS + part + VALUES + GAP, y: 0};
  const all = narrow ? 2 * height : height;
  const said = series.map(({backend, first, steady}) => `${backend}: first ${timeText(first)}, then ${timeText(summary(steady).median)}`).join('; ');
  return `<svg viewBox="0 0 ${width} ${all}" width="${width}" height="${all}" role="img" aria-label="Latencies. ${said}.">` +
      panel('First run, ms', series, {x: LABELS, y: 0, width: part, names: true}, ({first}) => [first], stem) +
      panel('Steady runs and their median, ms', series, {...second, width: part}, ({steady}) => steady, dots) + '</svg>';
}

function panel(title, series, {x, y, width, names}, times, mark) {
  const {marks, place} = axis(series.flatMap(times));
  const scale = (time) => round(x + place(time) * width);
  const bottom = y + TOP + series.length * ROW;
  const grid = marks.map((time) => `<line class="grid" x1="${scale(time)}" x2="${scale(time)}" y1="${y + TOP - 4}" y2="${bottom}"/>` +
      `<text class="axis" text-anchor="middle" x="${scale(time)}" y="${bottom + 16}">${time}</text>`);
  const rows = series.map((each, row) => {
    const middle = y + TOP + row * ROW + ROW / 2;
    return (names ? `<text x="0" y="${middle + 4}">${each.backend}</text>` : '') + mark(times(each), scale, middle, each.backend, x);
  });
  return `<text class="title" x="${x}" y="${y + 14}">${title}</text>${grid.join('')}${rows.join('')}`;
}

function stem([time], scale, y, backend, start) {
  const x = scale(time);
  return `<line class="stem ${backend}" x1="${start}" x2="${x}" y1="${y}" y2="${y}"/><circle class="first ${backend}" cx="${x}" cy="${y}" r="5"/>${label(x + 4, y, time)}`;
}

function dots(times, scale, y, backend) {
  const {median, most} = summary(times);
  // Spread up and down in a fixed pattern, so that equal times are seen.
  const circles = times.map((time, i) => `<circle class="${backend}" cx="${scale(time)}" cy="${y + (((i * 7) % 9) - 4) * 2}" r="3"/>`);
  return `${circles.join('')}<line class="median" x1="${scale(median)}" x2="${scale(median)}" y1="${y - 13}" y2="${y + 13}"/>${label(scale(most), y, median)}`;
}

const label = (x, y, time) => `<text class="value" x="${round(x + 8)}" y="${y + 4}">${timeText(time)}</text>`;

const round = (number) => Number(number.toFixed(1));
