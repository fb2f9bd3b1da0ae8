// Sounds: from a file, or from the microphone.

import {mono, SAMPLE_RATE} from './windows.mjs';

/**
 * @param {Blob} blob a sound in any form that the browser plays.
 * @returns {Promise<Float32Array>} mono, 22,050 samples a second: decoding resamples.
 */
export async function decode(blob) {
  const context = new OfflineAudioContext(1, 1, SAMPLE_RATE);
  let buffer;
  try {
    buffer = await context.decodeAudioData(await blob.arrayBuffer());
  } catch (error) {
    throw new Error('This file holds no sound that the browser can play.', {cause: error});
  }
  return mono(Array.from({length: buffer.numberOfChannels}, (_, channel) => buffer.getChannelData(channel)));
}

// Made for speech, these would take notes for noise.
const FAITHFUL = {autoGainControl: false, echoCancellation: false, noiseSuppression: false};

async function microphone() {
  if (!navigator.mediaDevices) throw new Error('Browsers give the microphone to https: and localhost alone; open a sound instead.');
  try {
    return await navigator.mediaDevices.getUserMedia({audio: FAITHFUL});
  } catch (error) {
    throw new Error(`The microphone cannot be used (${error.name}); allow it for this page, or open a sound.`, {cause: error});
  }
}

/** Records until `stop` is called, which gives the sound. */
export async function record() {
  const stream = await microphone();
  const recorder = new MediaRecorder(stream);
  const parts = [];
  recorder.addEventListener('dataavailable', ({data}) => parts.push(data));
  const ended = new Promise((resolve) => recorder.addEventListener('stop', resolve, {once: true}));
  recorder.start();
  return {
    async stop() {
      recorder.stop();
      await ended;
      for (const track of stream.getTracks()) track.stop();
      return new Blob(parts, {type: recorder.mimeType});
    },
  };
}
