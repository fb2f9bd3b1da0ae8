// From samples to notes in seconds.

import {findNotes} from './notes.mjs';
import {cut, frameTime, join, SAMPLE_RATE} from './windows.mjs';

/**
 * @param {{hear: (window: Float32Array) => Promise<{note: Float32Array, onset: Float32Array}>}} pitch
 * @param {Float32Array} samples mono, 22,050 a second.
 * @param {(share: number) => void} onProgress hears how much is done, 0 to 1.
 * @returns {Promise<{pitch: number, name: string, start: number, end: number, strength: number}[]>} in seconds.
 */
export async function transcribe(pitch, samples, onProgress) {
  const windows = cut(samples);
  const heard = {note: [], onset: []};
  for (const [index, window] of windows.entries()) {
    const {note, onset} = await pitch.hear(window);
    heard.note.push(note);
    heard.onset.push(onset);
    onProgress((index + 1) / windows.length);
    // Lets the page draw.
    await new Promise((resolve) => setTimeout(resolve));
  }
  const joined = {note: join(heard.note, samples.length), onset: join(heard.onset, samples.length)};
  return findNotes(joined).map((note) => ({
    ...note,
    name: noteName(note.pitch),
    start: frameTime(note.start),
    end: Math.min(frameTime(note.end), samples.length / SAMPLE_RATE),
  }));
}

const NAMES = ['C', 'C♯', 'D', 'D♯', 'E', 'F', 'F♯', 'G', 'G♯', 'A', 'A♯', 'B'];

/** 60 as C4. */
export function noteName(pitch) {
  return `${NAMES[pitch % 12]}${Math.floor(pitch / 12) - 1}`;
}
