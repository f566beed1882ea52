/**
 * Mistakes in the product, each as one change to the text of one file, built beside it and run as real processes: what the
 * judgement of a run must find. The mistakes of the core are in `server/sim/mutants.ts`, where a disk can forget.
 */
import type { Mutant } from '../../server/sim/mutants.ts';
import type { Finding } from './judge.ts';
import type { FaultKind } from './profile.ts';

export interface ProcessMutant extends Pick<Mutant, 'name' | 'file' | 'find' | 'put'> {
  /** Faults under which it shows. */
  readonly kinds: readonly FaultKind[];
  /** Any of these says that it was found. */
  readonly found: readonly Finding['rule'][];
  /** Runs within which it has to be found. */
  readonly runsMax: number;
}

export const PROCESS_MUTANTS: readonly ProcessMutant[] = [
  {
    name: 'a linearizable read that asks no quorum',
    file: 'server/services/consistent-read.ts',
    find: "const quorumIndex = plan.mode === 'linearizable' ? await this.#quorumIndex(group, call, deadlineMs) : 0;",
    put: 'const quorumIndex = 0;',
    kinds: ['hold-apply', 'isolate', 'pause'],
    found: ['linearizable', 'session'],
    runsMax: 6,
  },
  {
    name: 'a read that does not wait for its version',
    file: 'server/consistency/judge.ts',
    find: 'if (element.index > BigInt(appliedIndex)) return WAIT;',
    put: 'if (element.index > BigInt(appliedIndex)) return SERVE;',
    kinds: ['hold-apply', 'delay'],
    found: ['session'],
    runsMax: 6,
  },
  {
    name: 'a write that is acknowledged before a quorum has it',
    file: 'server/raft/leader.ts',
    find: 'const index = raft.tracker.quorumMatch();',
    put: 'const index = raft.log.durableIndex;',
    kinds: ['isolate'],
    // Its own core notices now and then what cannot be.
    found: ['linearizable', 'session', 'exactly-once', 'processes'],
    runsMax: 10,
  },
  {
    name: 'a repeated request that happens again',
    file: 'server/state/apply/command.ts',
    find: 'if (idempotency !== null && isAnswer(result)) {',
    put: 'if (idempotency === undefined) {',
    kinds: ['reset', 'transfer', 'delay'],
    found: ['exactly-once'],
    runsMax: 6,
  },
  {
    name: 'a watch that goes on one command too late',
    file: 'server/services/watch.ts',
    find: 'changeEvents(services, call, input, stream, positions)',
    put: 'changeEvents(services, call, input, stream, new Map([...positions].map(([of, at]) => [of, { ...at, index: at.index + 1 }])))',
    kinds: ['reset', 'transfer'],
    found: ['watch'],
    runsMax: 6,
  },
  {
    name: 'a watch that repeats the command that it goes on behind',
    file: 'server/services/watch.ts',
    find: 'changeEvents(services, call, input, stream, positions)',
    put: 'changeEvents(services, call, input, stream, new Map([...positions].map(([of, at]) => [of, { ...at, index: Math.max(0, at.index - 1) }])))',
    kinds: ['reset', 'transfer'],
    found: ['watch'],
    runsMax: 6,
  },
  {
    name: 'an effect that is another on each replica',
    file: 'server/state/apply/write.ts',
    find: 'type: effectiveType(operation, head), message });',
    put: 'type: effectiveType(operation, head), message: String(process.pid) });',
    kinds: ['transfer'],
    found: ['replicas'],
    runsMax: 1,
  },
];
