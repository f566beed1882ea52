/** Reads Prometheus text. */

/** The sum of a metric over its labels, or over those samples whose labels contain `label`. */
export function metricOf(text: string, name: string, label = ''): number {
  let sum = Number.NaN;
  for (const line of text.split('\n')) {
    if (!line.startsWith(name)) continue;
    const rest = line.slice(name.length);
    if (!/^[ {]/.test(rest) || !rest.includes(label)) continue;
    sum = (Number.isNaN(sum) ? 0 : sum) + Number(rest.slice(rest.lastIndexOf(' ') + 1));
  }
  return sum;
}
