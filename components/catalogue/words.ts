const whole = new Intl.NumberFormat('en');

/** `12,345`. */
export function number(n: number): string {
  return whole.format(n);
}

/** `1 entry`, `2 entries`. */
export function count(n: number, one: string, many: string): string {
  return `${number(n)} ${n === 1 ? one : many}`;
}
