/** When a failed attempt is made again, and whether. Pure. */
import type { ConfmanError } from './errors.ts';
import type { RetryPolicy } from './types.ts';

export const defaultRetry: RetryPolicy = { attemptsMax: 10, pauseMsBase: 50, pauseMsMax: 2000 };

/**
 * Exponential with full jitter: uniform in [0, min(max, base · 2ⁿ)). What the server asks for is the least, and gets the jitter on top,
 * so that those whom one failure sent away do not come back together.
 *
 * @param repetition from 0
 */
export function pauseBefore(repetition: number, policy: RetryPolicy, retryAfterMs: number | null, random: () => number): number {
  const ceiling = Math.min(policy.pauseMsMax, policy.pauseMsBase * 2 ** Math.min(repetition, 30));
  return (retryAfterMs ?? 0) + random() * ceiling;
}

/** What a call may bear. */
export interface RetryRules {
  /** Sending it twice is the same as sending it once: reads, and writes that carry an idempotency key. */
  readonly repeatable: boolean;
  /** The caller has said how long a node may wait, so a wait in vain is the answer. */
  readonly waitIsExplicit: boolean;
  /** The caller has named the node, so no other may answer. */
  readonly nodeIsExplicit: boolean;
}

export function mayRetry(error: ConfmanError, rules: RetryRules): boolean {
  if (!rules.repeatable || !error.retryable) return false;
  if (rules.waitIsExplicit && (error.code === 'version-not-reached' || error.code === 'read-index-timeout')) return false;
  return !(rules.nodeIsExplicit && error.code === 'node-unreachable');
}

/** Whether another endpoint may fare better. */
export function blamesEndpoint(error: ConfmanError): boolean {
  return error.retryable && error.code !== 'rate-limited' && error.code !== 'node-unreachable';
}

/** Milliseconds of `X-Confman-Retry-After-Ms`, else of `Retry-After` (seconds or a date); null without either. */
export function retryAfter(get: (header: string) => string | null, nowMs: number): number | null {
  const exact = get('x-confman-retry-after-ms');
  if (exact !== null && /^\d{1,9}$/.test(exact)) return Number(exact);
  const standard = get('retry-after');
  if (standard === null) return null;
  if (/^\d{1,6}$/.test(standard)) return Number(standard) * 1000;
  const date = Date.parse(standard);
  return Number.isNaN(date) ? null : Math.max(0, date - nowMs);
}
