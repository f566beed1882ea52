/** Writes down when keys were last used: coarse, seldom, and nobody waits for it. */
import type { KeyUses } from '../auth/key-uses.ts';
import type { Engine } from '../engine/types.ts';

const TIMEOUT_MS = 5_000;

export async function touchKeys(engine: Engine, uses: KeyUses): Promise<void> {
  const due = uses.due();
  if (due.length === 0) return;
  await engine.propose(
    'default',
    {
      actor: { keyId: '', name: 'confman' },
      requestId: '',
      idempotency: null,
      body: { type: 'touch-keys', uses: due },
    },
    { timeoutMs: TIMEOUT_MS, forward: 'always', frees: false, after: null },
  );
}
