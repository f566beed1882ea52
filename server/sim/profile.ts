/** What a seed's world is like: how many nodes, how fast, and what goes wrong how often. Everything is drawn from the seed. */
import type { CheckpointLimits } from '../replica/checkpoints.ts';
import { CORE_LIMITS, type CoreLimits, type ReplicaTiming } from '../replica/group-options.ts';
import { type MachineKind, REFERENCE, SQLITE } from './machines.ts';
import type { NetworkConditions } from './network.ts';
import type { Random } from './random.ts';

/** Kinds that a seed draws. */
const DRAWN_KINDS = [
  'kill',
  'stop',
  'power-loss',
  'power-loss-of-all',
  'crash-at-a-point',
  'pause',
  'isolate',
  'split',
  'one-way-cut',
  'lone-cut',
  'slow-disk',
  'failing-disk',
  'clock-jump',
  'transfer',
  'hold-apply',
  'storage-full',
  'decay',
  'membership',
] as const;
/** Kinds of worlds in which disks are lost and members come and go. */
const MEMBER_KINDS = ['replace', 'rejoin'] as const;
export const FAULT_KINDS = [...DRAWN_KINDS, ...MEMBER_KINDS] as const;
export type FaultKind = (typeof FAULT_KINDS)[number];

export interface Profile {
  readonly nodes: number;
  /** Besides the main one. They are created while the nodes run, at one entry of the main group's log. */
  readonly groups: number;
  readonly clients: number;
  /** Clients that only read, and have little patience. */
  readonly readers: number;
  readonly kind: MachineKind;
  /** Whether the nodes form their cluster first, from empty disks. */
  readonly forming: boolean;
  readonly timing: ReplicaTiming;
  readonly limits: CoreLimits;
  readonly checkpoints: CheckpointLimits;
  readonly segmentBytes: number;
  readonly network: NetworkConditions;
  /** Kinds that happen, each with its weight. */
  readonly faults: readonly { readonly kind: FaultKind; readonly weight: number }[];
  readonly faultEveryMs: number;
  readonly chaosMs: number;
}

/** Weights when a kind is drawn at all. */
const WEIGHTS: Readonly<Record<FaultKind, number>> = {
  kill: 3,
  stop: 2,
  'power-loss': 3,
  'power-loss-of-all': 1,
  'crash-at-a-point': 4,
  pause: 2,
  isolate: 2,
  split: 2,
  'one-way-cut': 2,
  'lone-cut': 2,
  'slow-disk': 2,
  'failing-disk': 1,
  'clock-jump': 2,
  transfer: 3,
  'hold-apply': 1,
  'storage-full': 1,
  decay: 1,
  membership: 2,
  replace: 4,
  rejoin: 4,
};

export interface ProfileOverrides {
  readonly kind?: 'sqlite' | 'reference' | undefined;
  /** Groups besides the main one; none unless told otherwise. */
  readonly groups?: number | undefined;
  /** Nodes lose their disks and are replaced, are removed and come back as new members. Not unless told so. */
  readonly members?: boolean | undefined;
  readonly without?: ReadonlySet<FaultKind> | undefined;
  readonly chaosMs?: number | undefined;
}

/** So narrow that every window fills and every message is cut. */
function narrowLimits(random: Random): CoreLimits {
  return {
    sizePerMsgBytesMax: random.pick([1, 300, 1000]),
    inflightMessagesMax: 1 + random.int(4),
    inflightBytesMax: random.pick([300, 2000, 10_000]),
    uncommittedBytesMax: random.pick([2000, 10_000, 100_000]),
    committedBytesPerReadyMax: random.pick([1, 500, 5000]),
    pendingReadsMax: 1 + random.int(20),
  };
}

/** A replica that is out of service for good must not be one of the few voters that are left. */
function mayHappen(kind: FaultKind, nodes: number, enabled: readonly FaultKind[]): boolean {
  return !(kind === 'membership' && (nodes === 3 || enabled.includes('decay')));
}

/** At most one disk may be lost at a time, and nobody else's changes of the members come in between. */
function withMembers(enabled: readonly FaultKind[]): readonly FaultKind[] {
  return [...enabled.filter((kind) => kind !== 'membership' && kind !== 'decay'), ...MEMBER_KINDS];
}

export function drawProfile(random: Random, overrides: ProfileOverrides = {}): Profile {
  const nodes = random.chance(0.75) ? 3 : 5;
  const enabled = DRAWN_KINDS.filter((kind) => random.chance(kind === 'decay' ? 0.06 : kind === 'membership' ? 0.3 : 0.55));
  const faults = overrides.members === true ? withMembers(enabled) : enabled.filter((kind) => mayHappen(kind, nodes, enabled));
  const rough = random.chance(0.7);
  const drawn = random.chance(0.08) ? 'sqlite' : 'reference';
  const chaosMs = random.between(3000, 6000);
  return {
    nodes,
    groups: overrides.groups ?? 0,
    clients: 2 + random.int(3),
    readers: random.int(3),
    kind: (overrides.kind ?? drawn) === 'sqlite' ? SQLITE : REFERENCE,
    forming: random.chance(0.1),
    timing: { electionTicks: 6 + random.int(5), heartbeatTicks: 1, tickMs: 25 },
    limits: random.chance(0.5) ? CORE_LIMITS : narrowLimits(random),
    checkpoints: {
      walBytes: 1000 * (4 + random.int(40)),
      intervalMs: random.between(300, 2000),
      tailEntries: random.int(12),
      followerEntriesMax: random.int(20),
    },
    segmentBytes: random.pick([4096, 8192, 16_384]),
    network: {
      drop: rough ? random.between(0, 0.15) : 0,
      duplicate: rough ? random.between(0, 0.15) : 0,
      late: rough ? random.between(0, 0.2) : 0,
      delayMsMin: 0.2,
      delayMsMax: random.between(1, 12),
      lateMsMax: random.between(20, 500),
      reset: rough ? random.between(0, 0.02) : 0,
    },
    faults: faults
      .filter((kind) => overrides.without?.has(kind) !== true)
      .map((kind) => ({ kind, weight: WEIGHTS[kind] * random.between(0.3, 1) })),
    faultEveryMs: random.between(80, 600),
    chaosMs: overrides.chaosMs ?? chaosMs,
  };
}
