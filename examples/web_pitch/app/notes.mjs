// From what the model hears in each frame to notes, in the way of basic_pitch's authors: a note begins where an onset
// peaks and lasts while its pitch sounds; then whatever still sounds becomes notes without onsets.

import {PITCHES} from './windows.mjs';

/** The MIDI number of the lowest pitch, the A of a piano. */
const LOWEST = 21;
/** A change of loudness over this many frames counts as an onset, too. */
const RISE_FRAMES = 2;

const DEFAULTS = {
  onsetThreshold: 0.5,
  frameThreshold: 0.3,
  /** In frames: shorter notes are dropped (128 ms). */
  shortest: 11,
  /** In frames: how long a note may be silent before it has ended. */
  patience: 11,
};

/**
 * @param {{note: Float32Array, onset: Float32Array}} heard how likely each pitch sounds, and begins, in each frame.
 * @param {Partial<typeof DEFAULTS>} [options]
 * @returns {{pitch: number, start: number, end: number, strength: number}[]} MIDI numbers, frames, and 0 to 1; in order.
 */
export function findNotes({note, onset}, options) {
  const search = new Search(note, {...DEFAULTS, ...options});
  const found = [...search.fromOnsets(withRises(onset, note)), ...search.fromRest()];
  return found.sort((a, b) => a.start - b.start || a.pitch - b.pitch);
}

/** Onsets, and sudden rises of what sounds, scaled to them. */
export function withRises(onset, note) {
  const rises = note.map((value, cell) => {
    if (cell < RISE_FRAMES * PITCHES) return 0;
    let rise = Infinity;
    for (let back = 1; back <= RISE_FRAMES; back++) rise = Math.min(rise, value - note[cell - back * PITCHES]);
    return Math.max(rise, 0);
  });
  const highest = max(rises);
  const scale = highest > 0 ? max(onset) / highest : 0;
  return onset.map((value, cell) => Math.max(value, rises[cell] * scale));
}

const max = (values) => values.reduce((most, value) => Math.max(most, value), 0);

class Search {
  constructor(note, options) {
    this.note = note;
    /** What no note has taken yet. */
    this.rest = note.slice();
    this.frames = note.length / PITCHES;
    this.options = options;
  }

  /** From the last onset to the first, so that a note ends where the next of its pitch begins. */
  * fromOnsets(onset) {
    for (let cell = onset.length - PITCHES - 1; cell >= PITCHES; cell--) {
      const isPeak = onset[cell] > onset[cell - PITCHES] && onset[cell] > onset[cell + PITCHES];
      if (!isPeak || onset[cell] < this.options.onsetThreshold) continue;
      const start = Math.floor(cell / PITCHES);
      const pitch = cell % PITCHES;
      const end = this.follow(start, pitch, 1);
      if (end - start <= this.options.shortest) continue;
      for (let frame = start; frame < end; frame++) this.take(frame, pitch);
      yield this.made(start, end, pitch);
    }
  }

  /** From the loudest that is left, both ways. */
  * fromRest() {
    const {frameThreshold, shortest} = this.options;
    const loudest = Array.from(this.rest.keys()).filter((cell) => this.rest[cell] > frameThreshold)
        .sort((a, b) => this.rest[b] - this.rest[a] || a - b);
    for (const cell of loudest) {
      if (this.rest[cell] <= frameThreshold) continue;
      const middle = Math.floor(cell / PITCHES);
      const pitch = cell % PITCHES;
      this.rest[cell] = 0;
      const end = this.follow(middle, pitch, 1, true) - 1;
      const start = this.follow(middle, pitch, -1, true) + 1;
      if (end - start > shortest) yield this.made(start, end, pitch);
    }
  }

  /** @returns {number} the first frame, from `from` on in a direction, in which a pitch has ended. */
  follow(from, pitch, direction, taking = false) {
    const {frameThreshold, patience} = this.options;
    let frame = from + direction;
    let silent = 0;
    while (frame > 0 && frame < this.frames - 1 && silent < patience) {
      silent = this.rest[frame * PITCHES + pitch] < frameThreshold ? silent + 1 : 0;
      if (taking) this.take(frame, pitch);
      frame += direction;
    }
    return frame - silent * direction;
  }

  /** A pitch sounds in the neighbouring ones as well. */
  take(frame, pitch) {
    for (let each = Math.max(pitch - 1, 0); each <= Math.min(pitch + 1, PITCHES - 1); each++) this.rest[frame * PITCHES + each] = 0;
  }

  made(start, end, pitch) {
    let sum = 0;
    for (let frame = start; frame < end; frame++) sum += this.note[frame * PITCHES + pitch];
    return {pitch: pitch + LOWEST, start, end, strength: sum / (end - start)};
  }
}
