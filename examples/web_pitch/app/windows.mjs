// Cuts a sound into the windows that the model takes, and puts what it heard in them together again.
//
// The model hears 43,844 samples at once and tells of 172 frames. Near a window's ends it hears less well, so windows
// overlap by 30 frames, and 15 are left out at each end.

export const SAMPLE_RATE = 22050;
export const WINDOW_SAMPLES = 43844;
export const WINDOW_FRAMES = 172;
export const PITCHES = 88;

const HOP = 256;
const MARGIN_FRAMES = 15;
const KEPT_FRAMES = WINDOW_FRAMES - 2 * MARGIN_FRAMES;
const LEAD = MARGIN_FRAMES * HOP;
const STEP = WINDOW_SAMPLES - 2 * LEAD;

/**
 * @param {Float32Array[]} channels of equal length.
 * @returns {Float32Array} their mean.
 */
export function mono(channels) {
  if (channels.length === 1) return channels[0];
  return channels[0].map((_, index) => channels.reduce((sum, channel) => sum + channel[index], 0) / channels.length);
}

/**
 * @param {Float32Array} samples
 * @returns {Float32Array[]} windows that cover all samples, with silence around them.
 */
export function cut(samples) {
  const count = Math.ceil((samples.length + LEAD) / STEP);
  return Array.from({length: count}, (_, index) => {
    const start = index * STEP - LEAD;
    const window = new Float32Array(WINDOW_SAMPLES);
    window.set(samples.subarray(Math.max(start, 0), start + WINDOW_SAMPLES), Math.max(-start, 0));
    return window;
  });
}

/**
 * @param {Float32Array[]} parts one window's frames each, pitch by pitch in a frame.
 * @param {number} sampleCount of the whole sound.
 * @returns {Float32Array} the frames that lie in the sound.
 */
export function join(parts, sampleCount) {
  const joined = new Float32Array(parts.length * KEPT_FRAMES * PITCHES);
  parts.forEach((part, index) => {
    const kept = part.subarray(MARGIN_FRAMES * PITCHES, (MARGIN_FRAMES + KEPT_FRAMES) * PITCHES);
    joined.set(kept, index * KEPT_FRAMES * PITCHES);
  });
  let frames = parts.length * KEPT_FRAMES;
  while (frames > 0 && frameTime(frames - 1) * SAMPLE_RATE >= sampleCount) frames--;
  return joined.slice(0, frames * PITCHES);
}

/** @returns {number} when a frame of what `join` gives begins, in seconds. */
export function frameTime(frame) {
  return (Math.floor(frame / KEPT_FRAMES) * STEP + (frame % KEPT_FRAMES) * HOP) / SAMPLE_RATE;
}
