// Latencies in figures.

/** @returns {number} between the two nearest of sorted values, in proportion. */
export function quantile(sorted, share) {
  const place = share * (sorted.length - 1);
  const low = Math.floor(place);
  return sorted[low] + (sorted[Math.ceil(place)] - sorted[low]) * (place - low);
}

/** @param {number[]} times at least one. */
export function summary(times) {
  const sorted = [...times].sort((a, b) => a - b);
  return {count: sorted.length, least: sorted[0], median: quantile(sorted, 0.5), p90: quantile(sorted, 0.9), most: sorted.at(-1)};
}

/** @returns {{least: number, most: number, mean: number, odd: number}} over finite values; `odd` counts the others. */
export function range(values) {
  let [least, most, sum, odd] = [Infinity, -Infinity, 0, 0];
  for (const value of values) {
    if (!Number.isFinite(value)) {
      odd++;
      continue;
    }
    least = Math.min(least, value);
    most = Math.max(most, value);
    sum += value;
  }
  return {least, most, mean: sum / (values.length - odd), odd};
}

/** @returns {number} the largest difference between two runs' outputs; infinite where only one is a number. */
export function largestDifference(one, other) {
  let largest = 0;
  for (let i = 0; i < one.length; i++) {
    if (Object.is(one[i], other[i]) || one[i] === other[i]) continue;
    const difference = Math.abs(one[i] - other[i]);
    largest = Math.max(largest, Number.isNaN(difference) ? Infinity : difference);
  }
  return largest;
}
