/** What the seed of a run draws: settings of the nodes, and which faults there are. */
import { Seeded } from '../cluster/seeded.ts';

export const FAULT_KINDS = [
  'kill',
  'kill-all',
  'stop',
  'pause',
  'isolate',
  'one-way',
  'partial',
  'delay',
  'reset',
  'disk-full',
  'disk-fails',
  'tear',
  'flip',
  'wipe',
  'clock',
  'hold-apply',
  'transfer',
  'replace',
  'rejoin',
] as const;
export type FaultKind = (typeof FAULT_KINDS)[number];

export interface Profile {
  readonly seed: number;
  readonly kinds: readonly FaultKind[];
  /** Flags of all nodes, name and value by turns. */
  readonly flags: readonly string[];
  readonly seconds: number;
}

export interface ProfileOptions {
  readonly seed: number;
  readonly seconds: number;
  readonly without?: readonly FaultKind[] | undefined;
  /** These and no others. */
  readonly only?: readonly FaultKind[] | undefined;
}

export function drawProfile({ seed, seconds, without = [], only }: ProfileOptions): Profile {
  const seeded = new Seeded(seed);
  // Drawn before anything is left out, so that a seed keeps its other kinds when it is shortened.
  const drawn = FAULT_KINDS.filter(() => seeded.below(100) < 55);
  const hasQuickElections = seeded.below(2) === 0;
  const keepsLittleLog = seeded.below(2) === 0;
  const kinds = (only ?? (drawn.length >= 3 ? drawn : FAULT_KINDS)).filter((kind) => !without.includes(kind));
  return {
    seed,
    kinds,
    seconds,
    flags: [
      // Nothing may be forgotten that is counted afterwards.
      '--history-keep',
      '1000000/90d',
      ...(hasQuickElections ? ['--tick', '50ms', '--election-timeout', '500ms'] : []),
      ...(keepsLittleLog ? ['--log-tail-entries', '2', '--checkpoint-interval', '500ms'] : []),
    ],
  };
}
