// The page: shows what the model takes and gives, runs it on the chosen backends, shows results and latencies.

import {BACKENDS, obstacles} from './backend.mjs';
import {make} from './dom.mjs';
import {valueText} from './format.mjs';
import {showHeader} from './header.mjs';
import {Inputs} from './inputs.mjs';
import {Latencies} from './latencies.mjs';
import {measure} from './measure.mjs';
import {drawOutput} from './results.mjs';
import {largestDifference} from './statistics.mjs';

const [form, status, problem, results] = ['form', '#status', '#problem', '#results'].map((selector) => document.querySelector(selector));

const about = await (await fetch('/about.json')).json();
showHeader(about);
const inputs = new Inputs(about.info.inputs, document.querySelector('#inputs'));
const latencies = new Latencies(document.querySelector('#latencies'));
await showBackends();
form.onsubmit = (event) => {
  event.preventDefault();
  run();
};
document.body.dataset.state = 'ready';

async function showBackends() {
  const found = await obstacles(about.info);
  const quick = BACKENDS.filter((backend) => !found[backend]).slice(0, 2).at(-1);
  document.querySelector('#backends').replaceChildren(...BACKENDS.map((backend) => make('label', {title: found[backend] ?? ''},
      make('input', {type: 'checkbox', value: backend, checked: backend === quick, disabled: Boolean(found[backend])}),
      make('span', {}, backend), found[backend] ? make('small', {}, found[backend]) : null)));
}

async function run() {
  document.body.dataset.state = 'running';
  form.querySelector('#run').disabled = true;
  problem.textContent = '';
  const measured = [];
  try {
    const chosen = [...form.querySelectorAll('#backends input:checked')].map(({value}) => value);
    if (!chosen.length) throw new Error('No backend is chosen; choose one.');
    const values = await inputs.values();
    const runs = Math.max(1, Math.round(Number(form.elements.runs.value)));
    for (const backend of chosen) {
      measured.push(await measure(backend, about, values, runs, (text) => { status.textContent = `${text} …`; }));
      show(measured);
    }
    status.textContent = 'Done.';
  } catch (error) {
    status.textContent = '';
    problem.textContent = error.message;
  }
  form.querySelector('#run').disabled = false;
  document.body.dataset.state = 'ready';
}

function show(measured) {
  document.body.classList.add('measured');
  latencies.show(measured);
  const last = measured.at(-1);
  results.replaceChildren(make('p.hint', {}, agreement(measured)), ...last.outputs.map(drawOutput));
}

/** How far the backends are from each other, over all outputs. */
function agreement(measured) {
  const last = measured.at(-1);
  if (measured.length === 1) return `From ${last.backend}.`;
  const differences = measured.slice(0, -1).flatMap(({outputs}) => outputs.flatMap(({value}, i) =>
    (value.dtype === 'string' ? [] : [largestDifference(value.values, last.outputs[i].value.values)])));
  const others = measured.slice(0, -1).map(({backend}) => backend).join(', ');
  return `From ${last.backend}; ${others} differ${measured.length === 2 ? 's' : ''} by at most ${valueText(Math.max(0, ...differences))}.`;
}
