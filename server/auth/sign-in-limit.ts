/** Bounds failed sign-ins per address and in all, over a sliding window. Time is an argument. */

const WINDOW_MS = 60_000;
const FAILURES_PER_ADDRESS_MAX = 10;
const FAILURES_MAX = 200;
const ADDRESSES_MAX = 10_000;

/** Who hides behind an address: of IPv6 the network of 64 bits, because a caller has as many addresses in it as it likes. */
export function sourceOf(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped !== undefined || !address.includes(':')) return mapped ?? address;
  const [head = '', tail] = (address.split('%')[0] ?? '').split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const groups =
    tail === undefined ? left : [...left, ...Array.from({ length: Math.max(0, 8 - left.length - right.length) }, () => '0'), ...right];
  return `${groups
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':')}::/64`;
}

export class SignInLimit {
  readonly #byAddress = new Map<string, number[]>();
  readonly #all: number[] = [];

  /** Milliseconds until this address may try again; 0: it may now. */
  waitMs(address: string, nowMs: number): number {
    const own = recent(this.#byAddress.get(sourceOf(address)) ?? [], nowMs);
    return Math.max(untilFree(own, FAILURES_PER_ADDRESS_MAX, nowMs), untilFree(recent(this.#all, nowMs), FAILURES_MAX, nowMs));
  }

  /** Counts a failed attempt. */
  failed(address: string, nowMs: number): void {
    const source = sourceOf(address);
    const own = recent(this.#byAddress.get(source) ?? [], nowMs);
    own.push(nowMs);
    // The one that failed longest ago makes room: insertion order is kept by taking an address out before it is put back.
    this.#byAddress.delete(source);
    this.#byAddress.set(source, own);
    const [oldest] = this.#byAddress.keys();
    if (this.#byAddress.size > ADDRESSES_MAX && oldest !== undefined) this.#byAddress.delete(oldest);
    this.#all.push(nowMs);
    if (this.#all.length > FAILURES_MAX) this.#all.shift();
  }

  /** Forgets an address that signed in. */
  succeeded(address: string): void {
    this.#byAddress.delete(sourceOf(address));
  }
}

function recent(times: readonly number[], nowMs: number): number[] {
  return times.filter((time) => nowMs - time < WINDOW_MS);
}

function untilFree(times: readonly number[], max: number, nowMs: number): number {
  const blocking = times.at(-max);
  return blocking === undefined ? 0 : Math.max(0, blocking + WINDOW_MS - nowMs);
}
