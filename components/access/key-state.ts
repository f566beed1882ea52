import type { ApiKey } from '../../lib/contract/model.ts';

export type KeyState = 'active' | 'soon' | 'expired' | 'revoked';

const SOON_MS = 7 * 86_400_000;

/** Whether a key is in force, and for how long yet. */
export function keyState({ expiresAt, revokedAt }: Pick<ApiKey, 'expiresAt' | 'revokedAt'>, nowMs: number): KeyState {
  if (revokedAt !== null) return 'revoked';
  if (expiresAt === null) return 'active';
  const leftMs = Date.parse(expiresAt) - nowMs;
  return leftMs <= 0 ? 'expired' : leftMs <= SOON_MS ? 'soon' : 'active';
}

export function isInForce(key: Pick<ApiKey, 'expiresAt' | 'revokedAt'>, nowMs: number): boolean {
  const state = keyState(key, nowMs);
  return state === 'active' || state === 'soon';
}

/** Whether nobody could manage the cluster without this key: the only one in force of an administrator of everything. The node judges again. */
export function isLastAdmin(key: ApiKey, all: readonly ApiKey[], nowMs: number): boolean {
  const manages = (each: ApiKey): boolean => each.role === 'admin' && each.scope === null && isInForce(each, nowMs);
  return manages(key) && all.filter(manages).length === 1;
}

export type Lifetime = 'never' | 'week' | 'month' | 'quarter' | 'year' | 'date';

const DAYS: Readonly<Record<Exclude<Lifetime, 'never' | 'date'>, number>> = { week: 7, month: 30, quarter: 90, year: 365 };

/**
 * When a key is to expire; null for never.
 *
 * @param day `2026-12-31`, for the lifetime `date`: the end of that day in UTC
 * @returns undefined where the day is none, or gone
 */
export function expiryOf(lifetime: Lifetime, day: string, nowMs: number): string | null | undefined {
  if (lifetime === 'never') return null;
  if (lifetime !== 'date') return new Date(nowMs + DAYS[lifetime] * 86_400_000).toISOString();
  const end = /^\d{4}-\d{2}-\d{2}$/.test(day) ? Date.parse(`${day}T23:59:59.999Z`) : Number.NaN;
  if (Number.isNaN(end) || end <= nowMs) return undefined;
  const expiry = new Date(end).toISOString();
  // A day that a month does not have would become one of the next.
  return expiry.startsWith(day) ? expiry : undefined;
}

/** Keys in force first, then by name; the revoked last. */
export function sortKeys(all: readonly ApiKey[], nowMs: number): readonly ApiKey[] {
  const byName = new Intl.Collator('en', { numeric: true }).compare;
  return all.toSorted((a, b) => Number(isInForce(b, nowMs)) - Number(isInForce(a, nowMs)) || byName(a.name, b.name));
}

/** Namespaces, one per line or separated by commas, each once. */
export function scopeOf(text: string): readonly string[] {
  return [
    ...new Set(
      text
        .split(/[\n,]/)
        .map((line) => line.trim())
        .filter((line) => line !== ''),
    ),
  ];
}
