/** Writes down when keys were last used: coarse, seldom, and nobody waits for it. */
import type { KeyUses } from '../auth/key-uses.ts';
import type { Engine } from '../engine/types.ts';
import { COMMAND_LEVEL } from './command-level.ts';

const TIMEOUT_MS = 5_000;

export async function touchKeys(engine: Engine, uses: KeyUses): Promise<void> {
  const due = uses.due();
  if (due.length === 0) return;
  await engine.propose(
    'default',
    {
      level: COMMAND_LEVEL,
      actor: { keyId: '', name: 'confman' },
      requestId: '',
      idempotency: null,
      body: { type: 'touch-keys', uses: due },
    },
    { timeoutMs: TIMEOUT_MS, forward: 'always', frees: false, after: null },
  );
}
