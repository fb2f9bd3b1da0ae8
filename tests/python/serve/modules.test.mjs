// The page's modules that need no browser; TFJS_TEST_PAGE is their folder.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import {test} from 'node:test';
import {pathToFileURL} from 'node:url';

const PAGE = process.env.TFJS_TEST_PAGE;
const load = (name) => import(pathToFileURL(path.join(PAGE, `${name}.mjs`)));
const [arrays, colours, format, heat, pasted, pictures, plot, random, shapes, sounds, statistics] = await Promise.all(
    ['arrays', 'colours', 'format', 'heat_map', 'pasted', 'pictures', 'plot', 'random', 'shapes', 'sounds', 'statistics'].map(load));

const port = (dtype, shape, name = 'x') => ({name, dtype, shape});
const sentence = (action) => {
  try {
    action();
  } catch (error) {
    assert.match(error.message, /^[^\n]+[.]$/);
    return error.message;
  }
  return assert.fail('nothing was thrown');
};

test('free axes get a size to begin with', () => {
  assert.deepEqual(shapes.firstShape([null, 3]), [1, 3]);
  assert.deepEqual(shapes.firstShape([null, null, null, 3]), [1, 128, 128, 3]);
  assert.deepEqual(shapes.firstShape([null, null]), [1, 16]);
  assert.deepEqual(shapes.firstShape([]), []);
  assert.deepEqual(shapes.firstShape(null), [1]);
});

test('a typed shape has to be one that the input takes', () => {
  assert.deepEqual(shapes.parseShape('2, 3', port('float32', [null, 3])), [2, 3]);
  assert.deepEqual(shapes.parseShape('', port('float32', [])), []);
  assert.deepEqual(shapes.parseShape('[4,1]', port('float32', null)), [4, 1]);
  assert.equal(sentence(() => shapes.parseShape('2, 4', port('float32', [null, 3]))), '"x" takes the shape [?, 3], not [2, 4]; write for example 1, 3.');
  assert.equal(sentence(() => shapes.parseShape('two', port('float32', [null]))), 'The shape of "x" is "two"; write whole numbers, such as 1.');
});

test('random input comes again with its seed, within its range', () => {
  const draw = (dtype, seed, range) => random.randomValue(dtype, [50, 2], {seed, range}).values;
  assert.deepEqual(draw('float32', 1, [-1, 1]), draw('float32', 1, [-1, 1]));
  assert.notDeepEqual(draw('float32', 1, [-1, 1]), draw('float32', 2, [-1, 1]));
  assert.ok(draw('float32', 3, [-1, 1]).every((value) => value >= -1 && value < 1));
  assert.deepEqual([...new Set(draw('int32', 0, [2, 4]))].sort(), [2, 3, 4]);
  assert.deepEqual([...new Set(draw('bool', 0, [0, 1]))].sort(), [0, 1]);
  assert.equal(draw('complex64', 0, [0, 1]).length, 200);
  assert.match(new TextDecoder().decode(draw('string', 0, [0, 1])[0]), /^word \d+$/);
  assert.equal(sentence(() => draw('float32', 0, [1, 0])), 'The range from 1 to 0 is empty; write the smaller number first.');
});

test('pasted lists become a tensor', () => {
  assert.deepEqual(pasted.parsePasted('[[1, 2.5]]', port('float32', [null, 2])), {dtype: 'float32', shape: [1, 2], values: Float32Array.of(1, 2.5)});
  assert.deepEqual(pasted.parsePasted('{"x": [1, 2], "y": 3}', port('int32', [null, 2])).shape, [1, 2]);
  assert.deepEqual(pasted.parsePasted('7', port('int32', [])).shape, []);
  assert.deepEqual(pasted.parsePasted('[true, false]', port('bool', [2])).values, Uint8Array.of(1, 0));
  assert.deepEqual(pasted.parsePasted('[[1, 2], [3, 4]]', port('complex64', [2])), {dtype: 'complex64', shape: [2], values: Float32Array.of(1, 2, 3, 4)});
  assert.deepEqual(pasted.parsePasted('["ä"]', port('string', [null])).values[0], Uint8Array.of(0xc3, 0xa4));
});

test('pasted lists that do not fit are one sentence', () => {
  const float = port('float32', [null, 2]);
  assert.match(sentence(() => pasted.parsePasted('', float)), /^Nothing is pasted for "x"; write nested lists such as \[\[0\.5, …\]\]\.$/);
  assert.match(sentence(() => pasted.parsePasted('[1,', float)), /^What is pasted for "x" is not JSON \(.*\); write nested lists/);
  assert.equal(sentence(() => pasted.parsePasted('[[1, 2], [3]]', float)),
      'The lists of "x" differ in length: [0] has the shape [2] and [1] has [1]; make all alike.');
  assert.equal(sentence(() => pasted.parsePasted('[[1, 2, 3]]', float)),
      '"x" takes the shape [?, 2], and the pasted lists have [1, 3]; write for example the shape [1, 2].');
  assert.equal(sentence(() => pasted.parsePasted('[[1, "a"]]', float)), '"x" takes numbers (float32), and "a" is pasted; write numbers alone.');
  assert.equal(sentence(() => pasted.parsePasted('[0.5, 1]', port('int32', [2]))), '"x" takes whole numbers (int32), and 0.5 is pasted; write whole numbers alone.');
  assert.equal(sentence(() => pasted.parsePasted('{"y": 1}', float)), 'The pasted object has the names "y", and not "x"; write {"x": […]}.');
});

test('values there and back', () => {
  const value = {dtype: 'float32', shape: [2, 2], values: Float32Array.of(1, NaN, Infinity, -2)};
  assert.deepEqual(arrays.toNested(value), [[1, 'NaN'], ['Infinity', -2]]);
  assert.deepEqual(arrays.toNested({dtype: 'complex64', shape: [1], values: Float32Array.of(1, 2)}), [[1, 2]]);
  assert.deepEqual(arrays.toList({dtype: 'string', values: arrays.toArray('string', ['a'])}), ['a']);
});

test('which inputs can be a picture', () => {
  assert.deepEqual(pictures.pictureLayout([null, 64, 32, 3]), {channels: 3, channelsFirst: false, height: 64, width: 32});
  assert.deepEqual(pictures.pictureLayout([1, 1, 64, 32]), {channels: 1, channelsFirst: true, height: 64, width: 32});
  assert.deepEqual(pictures.pictureLayout([null, null, 3]), {channels: 3, channelsFirst: false, height: null, width: null});
  for (const shape of [null, [3], [null, 43844, 1], [2, 64, 64, 3], [null, 64, 64, 5], [null, 4, 4, 3]]) assert.equal(pictures.pictureLayout(shape), undefined);
});

test('pixels become numbers', () => {
  const pixels = {width: 2, height: 1, data: Uint8ClampedArray.of(255, 0, 0, 255, 0, 51, 255, 255)};
  const draw = (layout, range, rank = 4) => pictures.pictureValue(pixels, 'float32', rank, layout, range);
  assert.deepEqual(draw({channels: 3}, '0 to 255'), {dtype: 'float32', shape: [1, 1, 2, 3], values: Float32Array.of(255, 0, 0, 0, 51, 255)});
  assert.deepEqual(draw({channels: 3, channelsFirst: true}, '0 to 1', 3), {dtype: 'float32', shape: [3, 1, 2], values: Float32Array.of(1, 0, 0, 0.2, 0, 1)});
  assert.deepEqual(draw({channels: 1}, '0 to 1').values, Float32Array.of(0.299, 0.587 * 0.2 + 0.114));
  assert.deepEqual(draw({channels: 4}, '−1 to 1').values.slice(0, 4), Float32Array.of(1, -1, -1, 1));
});

test('which inputs can be a sound, and its length', () => {
  assert.deepEqual(sounds.soundLayout(port('float32', [null, 43844, 1])), {axis: 1, samples: 43844});
  assert.deepEqual(sounds.soundLayout(port('float32', [null])), {axis: 0, samples: null});
  for (const shape of [[null, 64, 64, 1], [null, 3], [null, 512, 512]]) assert.equal(sounds.soundLayout(port('float32', shape)), undefined);
  assert.equal(sounds.seconds({samples: 44100}, 22050), 2);
  const value = sounds.soundValue(port('float32', [null, 4, 1]), {axis: 1, samples: 4}, Float32Array.of(1, 2));
  assert.deepEqual(value, {dtype: 'float32', shape: [1, 4, 1], values: Float32Array.of(1, 2, 0, 0)});
  assert.deepEqual(sounds.soundValue(port('float32', [null]), {axis: 0, samples: null}, Float32Array.of(1, 2)).shape, [2]);
});

test('latencies in figures', () => {
  assert.deepEqual(statistics.summary([4, 1, 3, 2]), {count: 4, least: 1, median: 2.5, p90: 3.7, most: 4});
  assert.deepEqual(statistics.summary([5]), {count: 1, least: 5, median: 5, p90: 5, most: 5});
  assert.deepEqual(statistics.range([1, NaN, 3]), {least: 1, most: 3, mean: 2, odd: 1});
  assert.equal(statistics.largestDifference([1, 2, Infinity], [1, 2.5, Infinity]), 0.5);
  assert.equal(statistics.largestDifference([NaN], [1]), Infinity);
  assert.equal(statistics.largestDifference([NaN], [NaN]), 0);
});

test('numbers as people read them', () => {
  assert.deepEqual([12, 1234, 15.2e6].map(format.bytesText), ['12 bytes', '1.23 kB', '15.2 MB']);
  assert.deepEqual([0.5, 12.34, 1500].map(format.timeText), ['0.50 ms', '12.3 ms', '1.50 s']);
  assert.deepEqual([0.123456, -12, 1.5e-7, NaN, 'a', true].map(format.valueText), ['0.1235', '−12', '1.50e−7', 'NaN', 'a', 'true']);
});

test('axes of the plot', () => {
  const near = plot.axis([3, 9]);
  assert.deepEqual(near.marks, [0, 2.5, 5, 7.5, 10]);
  assert.equal(near.place(5), 0.5);
  const far = plot.axis([2, 900]);
  assert.deepEqual(far.marks, [1, 10, 100, 1000]);
  assert.equal(far.place(10).toFixed(6), '0.333333');
});

test('the plot holds its marks at every width, and says what it shows', () => {
  const series = [{backend: 'cpu', first: 40, steady: [4, 5, 6]}, {backend: 'webgl', first: 4000, steady: [0.5, 0.6]}];
  for (const width of [300, 700, 1200]) {
    const svg = plot.latencyPlot(series, width);
    assert.match(svg, /aria-label="Latencies\. cpu: first 40\.0 ms, then 5\.00 ms; webgl: first 4\.00 s, then 0\.55 ms\."/);
    const [, height] = svg.match(/viewBox="0 0 \d+ (\d+)"/);
    const places = [...svg.matchAll(/<circle [^>]*cx="([\d.]+)" cy="([\d.]+)"/g)].map(([, x, y]) => [Number(x), Number(y)]);
    assert.equal(places.length, 7);
    assert.ok(places.every(([x, y]) => x >= 0 && x < width && y > 0 && y < Number(height)));
  }
});

test('planes of a tensor', () => {
  assert.deepEqual(heat.planes([1, 5, 6]), {row: 1, column: 2, others: []});
  assert.deepEqual(heat.planes([2, 5, 6, 3]), {row: 1, column: 2, others: [0, 3]});
  assert.deepEqual(heat.planeIndices([2, 2, 3], {row: 1, column: 2}, {0: 1}), [6, 7, 8, 9, 10, 11]);
  assert.deepEqual(heat.planeIndices([2, 2, 2], {row: 0, column: 1}, {2: 1}), [1, 3, 5, 7]);
});

test('colours of heat maps', () => {
  const around = colours.scaleFor({least: -1, most: 3});
  assert.deepEqual(around, {kind: 'around', low: -3, high: 3});
  assert.deepEqual(colours.colourOf(0, around), [233, 237, 242]);
  const up = colours.scaleFor({least: 2, most: 4});
  assert.deepEqual([colours.colourOf(2, up), colours.colourOf(4, up), colours.colourOf(NaN, up)], [[68, 1, 84], [253, 231, 37], [128, 128, 128]]);
});

test('text has contrast in both colour schemes, and the page asks no other host', () => {
  const style = fs.readFileSync(path.join(PAGE, 'style.css'), 'utf8');
  const schemes = [...style.matchAll(/:root \{([^}]*)\}/g)].map(([, body]) => Object.fromEntries([...body.matchAll(/--([\w-]+): (#\w{6})/g)].map(([, name, hex]) => [name, hex])));
  assert.equal(schemes.length, 2);
  const light = (hex) => [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16) / 255)
      .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4)).reduce((sum, part, i) => sum + part * [0.2126, 0.7152, 0.0722][i], 0);
  const contrast = (one, other) => {
    const [low, high] = [light(one), light(other)].sort((a, b) => a - b);
    return (high + 0.05) / (low + 0.05);
  };
  const pairs = [...['ink', 'soft', 'accent', 'warn'].flatMap((ink) => [[ink, 'page'], [ink, 'card']]), ['soft', 'band'], ['warn', 'warn-page'], ['on-accent', 'accent']];
  for (const scheme of schemes) {
    for (const [ink, ground] of pairs) assert.ok(contrast(scheme[ink], scheme[ground]) >= 4.5, `${ink} on ${ground}`);
  }
  for (const file of fs.readdirSync(PAGE)) assert.doesNotMatch(fs.readFileSync(path.join(PAGE, file), 'utf8'), /https?:\/\//);
});
