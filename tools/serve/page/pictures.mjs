// Pictures as input: which axes are which, and pixels into numbers.

import {toArray} from './arrays.mjs';

/** The ranges that models want pixels in: what each of 0…255 becomes. */
export const RANGES = {
  '0 to 1': (byte) => byte / 255,
  '−1 to 1': (byte) => byte / 127.5 - 1,
  '0 to 255': (byte) => byte,
};

// Grey as the eye weighs it (ITU-R BT.601), as TensorFlow and Pillow do.
const GREY = [0.299, 0.587, 0.114];

/**
 * @param {(number | null)[] | null} shape
 * @returns {{channels: number, channelsFirst: boolean, height: number | null, width: number | null} | undefined} if it can be a picture.
 */
export function pictureLayout(shape) {
  if (!shape || shape.length < 3 || shape.length > 4 || (shape.length === 4 && shape[0] > 1)) return undefined;
  const [first, second, third] = shape.slice(-3);
  const large = (size) => size === null || size > 4;
  // Of [?, 43844, 1], the first axis is that of examples.
  if (shape.length === 3 && shape.includes(null) && shape.filter((size) => size === null).length !== 2) return undefined;
  if ([1, 3, 4].includes(third) && large(first) && large(second)) return {channels: third, channelsFirst: false, height: first, width: second};
  if ([1, 3, 4].includes(first) && large(second) && large(third)) return {channels: first, channelsFirst: true, height: second, width: third};
  return undefined;
}

/**
 * @param {{data: Uint8ClampedArray, width: number, height: number}} pixels RGBA, as a canvas gives them.
 * @param {string} dtype
 * @param {number} rank of the input: with 4, the picture is the one example.
 * @param {{channels: number, channelsFirst: boolean}} layout
 * @param {keyof RANGES} range
 * @returns {import('../../node/lib/value.mjs').Value}
 */
export function pictureValue({data, width, height}, dtype, rank, {channels, channelsFirst}, range) {
  const scale = RANGES[range];
  const pixels = width * height;
  const values = new Array(pixels * channels);
  for (let pixel = 0; pixel < pixels; pixel++) {
    for (let channel = 0; channel < channels; channel++) {
      const at = 4 * pixel;
      const byte = channels === 1 ? GREY.reduce((sum, share, i) => sum + share * data[at + i], 0) : data[at + channel];
      values[channelsFirst ? channel * pixels + pixel : pixel * channels + channel] = scale(byte);
    }
  }
  const axes = channelsFirst ? [channels, height, width] : [height, width, channels];
  return {dtype, shape: rank === 4 ? [1, ...axes] : axes, values: toArray(dtype, values)};
}

/** Draws a picture's middle over the whole of a canvas; returns its pixels. */
export async function drawPicture(file, canvas) {
  let bitmap;
  try {
    bitmap = await createImageBitmap(file, {colorSpaceConversion: 'none', premultiplyAlpha: 'none'});
  } catch {
    throw new Error(`The file "${file.name}" is no picture that this browser reads; choose a PNG, JPEG or WebP file.`);
  }
  const {width, height} = canvas;
  const zoom = Math.max(width / bitmap.width, height / bitmap.height);
  const [w, h] = [bitmap.width * zoom, bitmap.height * zoom];
  const context = canvas.getContext('2d', {willReadFrequently: true});
  context.clearRect(0, 0, width, height);
  context.drawImage(bitmap, (width - w) / 2, (height - h) / 2, w, h);
  return context.getImageData(0, 0, width, height);
}
