import { assert } from '../../lib/kernel/assert.ts';
import type { RaftConfig } from './types.ts';

/**
 * Checks what the composition root has put together.
 *
 * @throws InvariantError when a setting is out of range
 */
export function validateConfig(config: RaftConfig): void {
  assert(config.id !== '', 'config: id is empty');
  const { electionTicks, heartbeatTicks, applied, id: _, random: __, ...limits } = config;
  assert(Number.isSafeInteger(heartbeatTicks) && heartbeatTicks >= 1, 'config: heartbeatTicks must be a positive integer');
  assert(Number.isSafeInteger(electionTicks), 'config: electionTicks must be an integer');
  // A follower must survive the loss of a heartbeat, and a leader hear answers within its own check of the quorum.
  assert(electionTicks > heartbeatTicks, 'config: electionTicks must be larger than heartbeatTicks');
  assert(Number.isSafeInteger(applied) && applied >= 0, 'config: applied must be an index');
  for (const [name, value] of Object.entries(limits)) {
    assert(value >= 1, `config: ${name} must be at least 1`);
  }
}
