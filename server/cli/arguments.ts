/** Arguments and options that several commands read, judged before anything is sent. */
import { keyFault, namespaceFault } from '../../lib/contract/names.ts';
import { UsageError } from './exit.ts';
import type { Run } from './program.ts';

export function namespaceArgument(text: string | undefined): string {
  const fault = namespaceFault(text ?? '');
  if (fault !== null) throw new UsageError(fault);
  return text ?? '';
}

export function keyArgument(text: string | undefined): string {
  const fault = keyFault(text ?? '');
  if (fault !== null) throw new UsageError(fault);
  return text ?? '';
}

export function numberArgument(text: string, what: string, min: number, max = Number.MAX_SAFE_INTEGER): number {
  const number = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
  if (!(number >= min && number <= max))
    throw new UsageError(`${what} must be a whole number from ${min}${max === Number.MAX_SAFE_INTEGER ? '' : ` to ${max}`}`);
  return number;
}

export function textOption(run: Run, name: string): string | undefined {
  const given = run.options[name];
  return typeof given === 'string' ? given : undefined;
}

export function flagOption(run: Run, name: string): boolean {
  return run.options[name] === true;
}

/** `--limit`; Infinity without it. */
export function limitOption(run: Run): number {
  const text = textOption(run, 'limit');
  return text === undefined ? Number.POSITIVE_INFINITY : numberArgument(text, '--limit', 1);
}

/** The first items of a list, asking for no more than needed. */
export async function take<T>(limit: number, open: (pageSize: number) => AsyncIterable<T>): Promise<readonly T[]> {
  const items: T[] = [];
  for await (const item of open(Math.min(limit, 1000))) {
    items.push(item);
    if (items.length >= limit) break;
  }
  return items;
}

/**
 * Bytes as a value. Values are text: other bytes would not come back as they went in.
 *
 * @throws UsageError when they are not UTF-8
 */
export function valueOfBytes(data: Uint8Array, source: string): string {
  try {
    // Without `ignoreBOM` a leading byte order mark would be dropped in silence.
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(data);
  } catch (cause) {
    throw new UsageError(`${source} is not UTF-8 text, and a value is always text; encode it first, for example as base64`, { cause });
  }
}
