// Colours of heat maps: one scale for values of one sign, another around zero.

const UP = ['#440154', '#472d7b', '#3b528b', '#2c728e', '#21918c', '#28ae80', '#5ec962', '#addc30', '#fde725'];
const AROUND = ['#2c4f9e', '#5f86c6', '#a3c0e4', '#e9edf2', '#f3c3a0', '#dc7f4e', '#a8340b'];

const channels = (hex) => [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));
const SCALES = {up: UP.map(channels), around: AROUND.map(channels)};

/** @returns {{kind: 'up' | 'around', low: number, high: number}} the scale that fits values in a range. */
export function scaleFor({least, most}) {
  if (!(least < 0 && most > 0)) return {kind: 'up', low: least, high: most};
  const size = Math.max(-least, most);
  return {kind: 'around', low: -size, high: size};
}

/** @returns {number[]} red, green, blue; grey for what is no number. */
export function colourOf(value, {kind, low, high}) {
  if (!Number.isFinite(value)) return [128, 128, 128];
  const scale = SCALES[kind];
  const place = (high > low ? Math.min(1, Math.max(0, (value - low) / (high - low))) : 0.5) * (scale.length - 1);
  const at = Math.min(scale.length - 2, Math.floor(place));
  return scale[at].map((channel, i) => Math.round(channel + (scale[at + 1][i] - channel) * (place - at)));
}

export const gradient = ({kind}) => `linear-gradient(to right, ${(kind === 'up' ? UP : AROUND).join(', ')})`;
