// Numbers as people read them.

const MINUS = '−';

export function bytesText(bytes) {
  const units = ['bytes', 'kB', 'MB', 'GB'];
  const power = bytes < 1000 ? 0 : Math.min(3, Math.floor(Math.log10(bytes) / 3));
  return `${power ? threeDigits(bytes / 1000 ** power) : bytes} ${units[power]}`;
}

export const timeText = (ms) => (ms >= 1000 ? `${threeDigits(ms / 1000)} s` : `${threeDigits(ms)} ms`);

export const countText = (number) => number.toLocaleString('en');

/** @returns {string} a value with four digits, as `0.1234`, `−12.3`, `1.2e−7`. */
export function valueText(value) {
  if (typeof value !== 'number') return String(value);
  if (Number.isInteger(value) && Math.abs(value) < 1e9) return minus(String(value));
  if (!Number.isFinite(value)) return minus(String(value));
  const size = Math.abs(value);
  return minus(size < 1e-3 || size >= 1e6 ? value.toExponential(2) : String(Number(value.toPrecision(4))));
}

const minus = (text) => text.replaceAll('-', MINUS);

function threeDigits(number) {
  if (number >= 100) return String(Math.round(number));
  return number.toFixed(number >= 10 ? 1 : 2);
}
