// The page: a sound in, notes out.

import {loadPitch} from './model.mjs';
import {drawRoll, hue} from './roll.mjs';
import {decode, record} from './sound.mjs';
import {transcribe} from './transcribe.mjs';
import {SAMPLE_RATE} from './windows.mjs';

const find = (id) => document.getElementById(id);
const [status, progress, player, recordButton, fileInput] = ['status', 'progress', 'player', 'record', 'file'].map(find);
let pitch;
let recording;
let roll;

function say(text, share) {
  status.textContent = text;
  progress.hidden = share === undefined;
  if (share !== undefined) progress.value = share;
}

/** Does one step; what goes wrong is told on the page. */
async function attempt(step) {
  document.body.classList.remove('failed');
  try {
    await step();
  } catch (error) {
    document.body.classList.add('failed');
    say(error.message);
  }
}

async function hear(blob) {
  setEnabled(false);
  try {
    say('Decoding …', 0);
    const samples = await decode(blob);
    URL.revokeObjectURL(player.src);
    player.src = URL.createObjectURL(blob);
    say('Listening …', 0);
    const start = performance.now();
    const notes = await transcribe(pitch, samples, (share) => say('Listening …', share));
    const duration = samples.length / SAMPLE_RATE;
    show(notes, duration);
    const seconds = ((performance.now() - start) / 1000).toFixed(1);
    say(`${notes.length} notes in ${duration.toFixed(1)} s of sound, heard in ${seconds} s (${pitch.backend})`);
    document.body.dataset.state = 'heard';
  } finally {
    setEnabled(true);
  }
}

function show(notes, duration) {
  find('result').hidden = false;
  roll = drawRoll(find('roll'), notes, duration);
  find('notes').replaceChildren(...notes.map(row));
  const file = new Blob([`${JSON.stringify(notes.map(({pitch, name, start, end, strength}) =>
    ({pitch, name, start, end, strength})), null, 1)}\n`], {type: 'application/json'});
  URL.revokeObjectURL(find('download').href);
  find('download').href = URL.createObjectURL(file);
}

function row({name, pitch: number, start, end, strength}) {
  const line = document.createElement('tr');
  for (const text of [name, `${start.toFixed(2)} s`, `${(end - start).toFixed(2)} s`, `${Math.round(strength * 100)} %`]) {
    line.insertCell().textContent = text;
  }
  line.style.setProperty('--hue', hue(number));
  return line;
}

function setEnabled(isEnabled) {
  recordButton.disabled = fileInput.disabled = !isEnabled;
}

async function toggleRecording() {
  if (recording) {
    const {stop} = recording;
    recording = undefined;
    recordButton.textContent = 'Record';
    recordButton.classList.remove('on');
    await hear(await stop());
  } else {
    recording = await record();
    recordButton.textContent = 'Stop';
    recordButton.classList.add('on');
    fileInput.disabled = true;
    say('Recording …');
  }
}

recordButton.addEventListener('click', () => attempt(toggleRecording));
fileInput.addEventListener('change', () => attempt(() => hear(fileInput.files[0])));
document.addEventListener('dragover', (event) => event.preventDefault());
document.addEventListener('drop', (event) => {
  event.preventDefault();
  const [file] = event.dataTransfer.files;
  if (file && !fileInput.disabled) attempt(() => hear(file));
});
player.addEventListener('seeked', () => roll?.moveTo(player.currentTime));
(function follow() {
  if (roll && !player.paused) roll.moveTo(player.currentTime);
  requestAnimationFrame(follow);
})();

await attempt(async () => {
  say('Loading the model …', 0);
  const backend = new URLSearchParams(location.search).get('backend') ?? undefined;
  pitch = await loadPitch({backend, onProgress: (share) => say('Loading the model …', share)});
  say('Ready: record something, or open a sound.');
  document.body.dataset.state = 'ready';
  setEnabled(true);
});
