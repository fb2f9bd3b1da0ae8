// Sounds as input: which inputs can be one, a file or the microphone, and how it is cut to length.

import {count} from './shapes.mjs';

const SHORTEST = 256;
const FREE_SECONDS = 2;

/** @returns {{axis: number, samples: number | null} | undefined} the axis of time, if an input can be a sound: all others are 1. */
export function soundLayout({dtype, shape}) {
  if (dtype !== 'float32' || !shape || shape.length > 3) return undefined;
  const long = shape.flatMap((size, axis) => (size !== null && size >= SHORTEST ? [axis] : []));
  const free = shape.flatMap((size, axis) => (size === null && (axis > 0 || shape.length === 1) ? [axis] : []));
  const [axis] = long.length ? long : free;
  if (axis === undefined || long.length > 1) return undefined;
  return shape.every((size, i) => i === axis || size === 1 || size === null) ? {axis, samples: shape[axis]} : undefined;
}

/** @returns {number} how long a recording has to be. */
export const seconds = ({samples}, rate) => (samples ?? FREE_SECONDS * rate) / rate;

/** Cuts a sound, or fills it with silence, to what the input takes. */
export function soundValue({shape}, {axis, samples}, sound) {
  const filled = shape.map((size, i) => (i === axis ? samples ?? sound.length : 1));
  const values = new Float32Array(count(filled));
  values.set(sound.subarray(0, values.length));
  return {dtype: 'float32', shape: filled, values};
}

/** @returns {Promise<Float32Array>} one channel at a rate, the mean of all, from the bytes of a sound file. */
export async function decodeSound(bytes, rate, name) {
  let sound;
  try {
    sound = await new OfflineAudioContext(1, 1, rate).decodeAudioData(bytes);
  } catch {
    throw new Error(`"${name}" is no sound that this browser reads; choose a WAV, MP3, Ogg or WebM file.`);
  }
  const channels = Array.from({length: sound.numberOfChannels}, (_, i) => sound.getChannelData(i));
  return channels[0].map((_, i) => channels.reduce((sum, channel) => sum + channel[i], 0) / channels.length);
}

/** @returns {Promise<ArrayBuffer>} what the microphone hears in so many seconds, as a sound file. */
export async function record(duration) {
  let stream;
  try {
    stream = await navigator.mediaDevices.getUserMedia({audio: true});
  } catch (error) {
    throw new Error(`The microphone cannot be used (${error.name}); allow it for this page, or choose a sound file.`);
  }
  const recorder = new MediaRecorder(stream);
  const parts = [];
  recorder.ondataavailable = ({data}) => parts.push(data);
  const stopped = new Promise((resolve) => { recorder.onstop = resolve; });
  recorder.start();
  // The encoder needs a moment, and too much is cut.
  setTimeout(() => recorder.stop(), 1000 * duration + 300);
  await stopped;
  stream.getTracks().forEach((track) => track.stop());
  return new Blob(parts).arrayBuffer();
}
