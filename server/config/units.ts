/** Parsers of the notations that settings share: durations, sizes, addresses. Each throws `NotationError` with a sentence for people. */

/** Text that is not in the notation of its setting. The message says what was expected. */
export class NotationError extends Error {
  override readonly name = 'NotationError';
}

const durationUnitMs: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/**
 * Milliseconds of a duration such as `250ms`, `5s`, `90m`, `12h`, `400d`. A bare number is refused, `0` excepted: never a guess.
 * @throws NotationError
 */
export function parseDurationMs(text: string): number {
  if (text === '0') return 0;
  const match = /^(\d{1,12}(?:\.\d{1,3})?)(ms|s|m|h|d)$/.exec(text);
  const unit = durationUnitMs[match?.[2] ?? ''];
  const ms = unit === undefined ? Number.NaN : Number(match?.[1]) * unit;
  if (!Number.isSafeInteger(ms)) throw new NotationError('a duration needs a number and a unit, such as 250ms, 5s, 90m, 12h or 400d');
  return ms;
}

/** The shortest exact notation of a duration, readable by `parseDurationMs`. */
export function formatDuration(ms: number): string {
  for (const unit of ['d', 'h', 'm', 's'] as const) {
    const size = durationUnitMs[unit] ?? 1;
    if (ms > 0 && ms % size === 0) return `${ms / size}${unit}`;
  }
  return `${ms}ms`;
}

const sizeUnitBytes: Readonly<Record<string, number>> = { B: 1, KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30, TiB: 2 ** 40 };

/**
 * Bytes of a size such as `1048576`, `64KiB`, `1MiB`, `2GiB`.
 * @throws NotationError
 */
export function parseSizeBytes(text: string): number {
  const match = /^(\d{1,15})(B|KiB|MiB|GiB|TiB)?$/.exec(text);
  const unit = sizeUnitBytes[match?.[2] ?? 'B'] ?? 1;
  const bytes = match === null ? Number.NaN : Number(match[1]) * unit;
  if (!Number.isSafeInteger(bytes)) throw new NotationError('a size is a number of bytes, or a number with KiB, MiB or GiB');
  return bytes;
}

/** The shortest exact notation of a size, readable by `parseSizeBytes`. */
export function formatSize(bytes: number): string {
  for (const unit of ['TiB', 'GiB', 'MiB', 'KiB'] as const) {
    const size = sizeUnitBytes[unit] ?? 1;
    if (bytes > 0 && bytes % size === 0) return `${bytes / size}${unit}`;
  }
  return `${bytes}`;
}

/** Where a socket listens or connects to. `host` stands without the brackets of an IPv6 address. */
export interface HostPort {
  readonly host: string;
  readonly port: number;
}

/**
 * `127.0.0.1:6100`, `node-1.example:6100`, `[::1]:6100`.
 * @throws NotationError
 */
export function parseHostPort(text: string): HostPort {
  const match = /^(?:\[([0-9A-Fa-f:.]+(?:%[\w.]+)?)\]|([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)):(\d{1,5})$/.exec(text);
  const host = match?.[1] ?? match?.[2];
  const port = Number(match?.[3]);
  if (host === undefined || port < 1 || port > 65_535) {
    throw new NotationError('an address is host:port, such as 127.0.0.1:6100 or [::1]:6100, with a port from 1 to 65535');
  }
  return { host, port };
}

export function formatHostPort({ host, port }: HostPort): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

/** Whether only this machine can reach the address. A name other than `localhost` may resolve anywhere, so it counts as beyond. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(?:\.\d{1,3}){3}$/.test(host);
}

/** Whether the address means "all interfaces", which nobody can connect to. */
export function isWildcard(host: string): boolean {
  return host === '0.0.0.0' || /^[0:]+$/.test(host);
}

/**
 * Base URL without a trailing slash, `http` or `https`, without credentials, path, query or fragment.
 * @throws NotationError
 */
export function parseBaseUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  const plain = url !== null && (url.protocol === 'http:' || url.protocol === 'https:') && url.pathname === '/';
  if (!plain || url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') {
    throw new NotationError('a base URL is http://host:port or https://host:port, without a path');
  }
  return url.origin;
}
