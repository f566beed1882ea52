/** What the verbs on API keys share. */
import type { ApiKey } from '../../../lib/contract/model.ts';
import type { apiKeys } from '../schema.ts';
import { timeText } from '../time-text.ts';

export type ApiKeyRecord = typeof apiKeys.$inferSelect;

/** A key as clients see it: without its secret and without the secret's hash. */
export function apiKeyOf(row: ApiKeyRecord): ApiKey {
  const time = (ms: number | null): string | null => (ms === null ? null : timeText(ms));
  return {
    id: row.keyId,
    name: row.name,
    role: row.role,
    scope: scopeOf(row.scope),
    createdAt: timeText(row.createdAtMs),
    createdBy: row.createdBy,
    expiresAt: time(row.expiresAtMs),
    lastUsedAt: time(row.lastUsedAtMs),
    revokedAt: time(row.revokedAtMs),
  };
}

function scopeOf(text: string | null): readonly string[] | null {
  return text === null ? null : (JSON.parse(text) as readonly string[]);
}

/** How audit events speak of a key. */
export function keyLabel(key: Pick<ApiKey, 'name' | 'role' | 'scope'>): string {
  return `${key.name} (${key.role}, ${key.scope === null ? 'all namespaces' : key.scope.join(', ')})`;
}
