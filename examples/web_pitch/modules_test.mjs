// Unit tests of the page's modules that need no page: node --test.

import assert from 'node:assert/strict';
import test from 'node:test';
import {findNotes, withRises} from './app/notes.mjs';
import {noteName} from './app/transcribe.mjs';
import {cut, frameTime, join, mono, PITCHES, SAMPLE_RATE, WINDOW_FRAMES, WINDOW_SAMPLES} from './app/windows.mjs';

const ramp = (length) => Float32Array.from({length}, (_, index) => index + 1);

test('channels become their mean', () => {
  assert.deepEqual(mono([Float32Array.of(1, 2), Float32Array.of(3, -2)]), Float32Array.of(2, 0));
});

test('windows overlap by 30 frames and begin half of that before the sound', () => {
  const windows = cut(ramp(80_000));
  assert.equal(windows.length, 3);
  for (const window of windows) assert.equal(window.length, WINDOW_SAMPLES);
  assert.deepEqual([windows[0][3839], windows[0][3840]], [0, 1]);
  assert.equal(windows[1][0], 36_164 - 3840 + 1);
  assert.deepEqual(windows[0].slice(36_164), windows[1].slice(0, 7680));
  assert.equal(windows[2].at(80_000 - (2 * 36_164 - 3840) - 1), 80_000);
  assert.equal(windows[2].at(-1), 0);
});

test('a short sound is one window', () => {
  assert.equal(cut(ramp(1)).length, 1);
  assert.equal(cut(ramp(36_164 - 3840)).length, 1);
  assert.equal(cut(ramp(36_164 - 3839)).length, 2);
});

test('joining leaves out what overlaps and what lies behind the sound', () => {
  const parts = [0, 1].map((part) => Float32Array.from({length: WINDOW_FRAMES * PITCHES}, (_, cell) => part * 1000 + Math.floor(cell / PITCHES)));
  const joined = join(parts, 50_000);
  const frames = Array.from({length: joined.length / PITCHES}, (_, frame) => joined[frame * PITCHES]);
  assert.deepEqual([frames[0], frames[141], frames[142]], [15, 156, 1015]);
  assert.equal(frames.length, 142 + Math.ceil((50_000 - 36_164) / 256));
});

test('times follow the windows', () => {
  assert.equal(frameTime(0), 0);
  assert.equal(frameTime(1), 256 / SAMPLE_RATE);
  assert.equal(frameTime(142), 36_164 / SAMPLE_RATE);
});

test('pitches have names', () => {
  assert.deepEqual([21, 60, 61, 108].map(noteName), ['A0', 'C4', 'C♯4', 'C8']);
});

/** What would be heard of notes, given as [pitch from 0, first frame, end, whether it has an onset]. */
function heard(frames, notes) {
  const note = new Float32Array(frames * PITCHES);
  const onset = new Float32Array(frames * PITCHES);
  for (const [pitch, start, end, hasOnset] of notes) {
    for (let frame = start; frame < end; frame++) note[frame * PITCHES + pitch] = 0.75;
    if (hasOnset) onset[start * PITCHES + pitch] = 0.875;
  }
  return {note, onset};
}

test('notes last from their onsets until they are silent', () => {
  const notes = findNotes(heard(120, [[39, 10, 50, true], [43, 60, 90, true]]));
  assert.deepEqual(notes, [{pitch: 60, start: 10, end: 50, strength: 0.75}, {pitch: 64, start: 60, end: 90, strength: 0.75}]);
});

test('a repeated note is two notes', () => {
  const {note, onset} = heard(120, [[39, 10, 80, true]]);
  onset[40 * PITCHES + 39] = 0.75;
  assert.deepEqual(findNotes({note, onset}).map(({start, end}) => [start, end]), [[10, 40], [40, 80]]);
});

test('what is too short is no note, and a short silence ends none', () => {
  assert.deepEqual(findNotes(heard(120, [[39, 10, 21, true]])), []);
  const {note, onset} = heard(120, [[39, 10, 40, true], [39, 45, 60, false]]);
  note[45 * PITCHES + 39] = 0.375;  // no sudden rise, which would be an onset
  const [only, ...others] = findNotes({note, onset});
  assert.deepEqual([only.start, only.end, others], [10, 60, []]);
});

test('what sounds without an onset is a note, too', () => {
  // One that swells: no onset, and no sudden rise.
  const note = new Float32Array(120 * PITCHES);
  for (let frame = 20; frame < 80; frame++) note[frame * PITCHES + 12] = Math.min((frame - 19) / 40, 0.75);
  const [only, ...others] = findNotes({note, onset: new Float32Array(note.length)});
  assert.equal(others.length, 0);
  assert.equal(only.pitch, 33);
  assert.ok(only.start > 25 && only.start < 40 && only.end >= 78, JSON.stringify(only));
});

test('sudden rises count as onsets, scaled to them', () => {
  const {note, onset} = heard(60, [[39, 10, 50, true], [50, 20, 50, false]]);
  const raised = withRises(onset, note);
  assert.equal(raised[20 * PITCHES + 50], 0.875);
  assert.equal(raised[30 * PITCHES + 50], 0);
});

test('silence holds no notes', () => {
  assert.deepEqual(findNotes(heard(50, [])), []);
});
