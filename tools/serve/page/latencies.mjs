// The table of latencies and memory, and the plot.

import {make} from './dom.mjs';
import {bytesText, countText, timeText} from './format.mjs';
import {latencyPlot} from './plot.mjs';
import {summary} from './statistics.mjs';

const COLUMNS = [
  ['load', ({loadMs}) => timeText(loadMs)],
  ['first run', ({first}) => timeText(first)],
  ['steady', ({steady}) => timeText(summary(steady).median)],
  ['least', ({steady}) => timeText(summary(steady).least)],
  ['90 %', ({steady}) => timeText(summary(steady).p90)],
  ['tensors', ({memory}) => countText(memory.tensors)],
  ['memory', ({memory}) => bytesText(memory.bytes)],
  ['peak', ({memory}) => bytesText(memory.peak)],
  ['GPU', ({memory}) => (memory.gpuBytes === undefined ? '–' : bytesText(memory.gpuBytes))],
];

/** Draws into `element`, again whenever its width changes. */
export class Latencies {
  constructor(element) {
    this.plot = make('div.plot');
    this.table = make('div.scroll', {tabIndex: 0, role: 'region', 'aria-label': 'Latencies and memory by backend'});
    element.replaceChildren(this.plot, this.table);
    new ResizeObserver(() => this.draw()).observe(this.plot);
  }

  /** @param {import('./measure.mjs').Measured[]} measured */
  show(measured) {
    this.measured = measured;
    this.draw();
    const head = make('tr', {}, make('th', {scope: 'col'}, 'backend'), ...COLUMNS.map(([name]) => make('th.number', {scope: 'col'}, name)));
    const rows = measured.map((each) => make('tr', {data: {backend: each.backend}}, make('th', {scope: 'row'}, each.backend),
        ...COLUMNS.map(([name, text]) => make('td.number', {data: {column: name}}, text(each)))));
    this.table.replaceChildren(make('table', {}, make('thead', {}, head), make('tbody', {}, ...rows)));
  }

  draw() {
    if (this.measured?.length) this.plot.innerHTML = latencyPlot(this.measured, this.plot.clientWidth);
  }
}
