// Draws notes as a piano roll: time to the right, pitch upwards, one colour for each note of the octave.

import {noteName} from './transcribe.mjs';

const ROW = 14;
const SECOND = 140;
const KEYS = 64;
const FEWEST_ROWS = 25;
const BLACK = new Set([1, 3, 6, 8, 10]);

/**
 * @param {Element} place for the roll; what was there goes.
 * @param {{pitch: number, name: string, start: number, end: number, strength: number}[]} notes
 * @param {number} duration of the sound, in seconds.
 * @returns {{moveTo: (seconds: number) => void}} moves the line that shows what is being played.
 */
export function drawRoll(place, notes, duration) {
  const [low, high] = range(notes);
  const rows = high - low + 1;
  const size = {width: Math.max(duration * SECOND, 1), height: rows * ROW};
  const top = (pitch) => (high - pitch) * ROW;
  const roll = svg('svg', {...size, class: 'roll', role: 'img', 'aria-label': `${notes.length} notes`});
  const keys = svg('svg', {width: KEYS, height: size.height, class: 'keys', 'aria-hidden': true});
  for (let pitch = low; pitch <= high; pitch++) {
    const isBlack = BLACK.has(pitch % 12);
    roll.append(svg('rect', {class: isBlack ? 'row black' : 'row', y: top(pitch), width: size.width, height: ROW}));
    keys.append(svg('rect', {class: isBlack ? 'key black' : 'key', y: top(pitch), width: isBlack ? KEYS * 0.62 : KEYS, height: ROW}));
    if (pitch % 12 === 0) {
      roll.append(svg('line', {class: 'octave', x2: size.width, y1: top(pitch) + ROW, y2: top(pitch) + ROW}));
      keys.append(svg('text', {x: KEYS - 6, y: top(pitch) + ROW - 3}, noteName(pitch)));
    }
  }
  for (let second = 1; second < duration; second++) {
    const x = second * SECOND;
    roll.append(svg('line', {class: 'second', x1: x, x2: x, y2: size.height}), svg('text', {class: 'time', x: x + 4, y: 11}, `${second} s`));
  }
  roll.append(...notes.map((note) => noteShape(note, top(note.pitch))));
  const playhead = svg('line', {class: 'playhead', y2: size.height});
  roll.append(playhead);
  place.replaceChildren(keys, roll);
  return {
    moveTo(seconds) {
      playhead.setAttribute('transform', `translate(${seconds * SECOND})`);
      const x = seconds * SECOND;
      const seen = place.clientWidth - KEYS;
      if (x < place.scrollLeft || x > place.scrollLeft + seen * 0.9) place.scrollLeft = x - seen * 0.1;
    },
  };
}

function noteShape(note, y) {
  const {pitch, name, start, end, strength} = note;
  const shape = svg('rect', {
    'class': 'note', 'x': start * SECOND, 'y': y + 1, 'width': Math.max((end - start) * SECOND - 1, 2), 'height': ROW - 2, 'rx': 4,
    'style': `--hue: ${hue(pitch)}; --strength: ${strength.toFixed(3)}`,
    'data-pitch': pitch, 'data-start': start.toFixed(3), 'data-end': end.toFixed(3),
  });
  shape.append(svg('title', {}, `${name}, ${start.toFixed(2)} to ${end.toFixed(2)} s`));
  return shape;
}

/** Fifths lie side by side on the colour wheel, as they do in the ear. */
export const hue = (pitch) => (pitch * 7 % 12) * 30;

/** Which pitches are shown: those of the notes with some around them. */
function range(notes) {
  const pitches = notes.map(({pitch}) => pitch);
  const low = Math.min(...pitches, 60);
  const high = Math.max(...pitches, 72);
  const more = Math.max(2, Math.ceil((FEWEST_ROWS - (high - low + 1)) / 2));
  return [Math.max(low - more, 21), Math.min(high + more, 108)];
}

function svg(name, attributes, text) {
  const element = document.createElementNS('http://www.w3.org/2000/svg', name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  if (text !== undefined) element.textContent = text;
  return element;
}
