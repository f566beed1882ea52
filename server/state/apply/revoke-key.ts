/** Revokes an API key for good. The last key that can administer the cluster stays, or nobody could ever make another. */
import type { CommandBody, CommandResult } from '../types.ts';
import type { ApplyContext } from './context.ts';
import { type ApiKeyRecord, apiKeyOf, keyLabel } from './keys.ts';

function isUsableAdmin(row: ApiKeyRecord, timeMs: number): boolean {
  return row.role === 'admin' && row.scope === null && row.revokedAtMs === null && (row.expiresAtMs === null || row.expiresAtMs > timeMs);
}

export function applyRevokeKey(context: ApplyContext, body: Extract<CommandBody, { type: 'revoke-key' }>): CommandResult {
  const { statements, timeMs } = context;
  const row = statements.key.get({ keyId: body.id });
  if (row === undefined) return { kind: 'refused', code: 'key-not-found' };
  // Revoked already: nothing changes, so there is no event either.
  if (row.revokedAtMs !== null) return { kind: 'key', key: apiKeyOf(row) };
  if (isUsableAdmin(row, timeMs) && statements.otherAdminKey.get({ rowId: row.rowId, timeMs }) === undefined) {
    return { kind: 'refused', code: 'last-admin-key' };
  }
  statements.revokeKey.run({ rowId: row.rowId, timeMs });
  const key = apiKeyOf({ ...row, revokedAtMs: timeMs });
  context.audit({ action: 'key.revoked', message: keyLabel(key) });
  return { kind: 'key', key };
}
