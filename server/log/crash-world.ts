import { must } from '../../lib/kernel/assert.ts';
import type { Entry, HardState } from '../raft/types.ts';
import { type CrashMode, MemoryDisk } from './memory-device.ts';
import { MemoryLogStore } from './memory-log-store.ts';
import { confState, ManualScheduler } from './test-support.ts';
import { type GroupWrite, LogWriteError } from './types.ts';

export const GROUPS = ['a', 'b', 'c'] as const;

/** What one group holds, as the model sees it. */
export interface GroupModel {
  hardState: HardState;
  base: number;
  baseTerm: number;
  /** Bases that compactions named and that may or may not be on the disk. */
  readonly bases: Set<number>;
  entries: Entry[];
}

export type Model = Map<string, GroupModel>;
/** The smallest steps of a batch, in the order of their records. */
type MicroStep = (model: Model) => void;

function groupOf(model: Model, name: string): GroupModel {
  return must(model.get(name), 'a group');
}

function emptyModel(): Model {
  const group = (): GroupModel => ({
    hardState: { term: 0, vote: null, commit: 0 },
    base: 0,
    baseTerm: 0,
    bases: new Set([0]),
    entries: [],
  });
  return new Map(GROUPS.map((name) => [name, group()]));
}

function copy(model: Model): Model {
  return new Map([...model].map(([name, g]) => [name, { ...g, bases: new Set(g.bases), entries: [...g.entries] }]));
}

export const lastOf = (g: GroupModel): number => g.base + g.entries.length;

function compactModel(g: GroupModel, to: number): void {
  if (to <= g.base) return;
  g.baseTerm = must(g.entries[to - g.base - 1], 'an entry').term;
  g.entries = g.entries.slice(to - g.base);
  g.base = to;
  g.hardState = { ...g.hardState, commit: Math.max(g.hardState.commit, to) };
}

/** The steps of one write: nothing of a suffix that is replaced is called committed before its first entry is gone. For the model and, as the last batch says them, for the store. */
function stepsOf(write: GroupWrite): MicroStep[] {
  const steps: MicroStep[] = [];
  const { group: name, snapshot, hardState, entries } = write;
  if (snapshot !== undefined) {
    steps.push((model) => {
      const g = groupOf(model, name);
      Object.assign(g, { base: snapshot.index, baseTerm: snapshot.term, entries: [] });
      g.bases.add(snapshot.index);
      g.hardState = { ...g.hardState, commit: Math.max(g.hardState.commit, snapshot.index) };
    });
  }
  if (hardState !== undefined) {
    steps.push((model) => {
      const g = groupOf(model, name);
      const replaced = entries?.[0];
      const commit =
        replaced !== undefined && replaced.index <= lastOf(g) ? Math.min(hardState.commit, replaced.index - 1) : hardState.commit;
      g.hardState = { ...hardState, commit: Math.max(commit, g.base) };
    });
  }
  for (const [place, e] of (entries ?? []).entries()) {
    steps.push((model) => {
      const g = groupOf(model, name);
      g.entries = [...g.entries.slice(0, e.index - g.base - 1), e];
    });
    if (place > 0 || hardState === undefined) continue;
    steps.push((model) => {
      const g = groupOf(model, name);
      g.hardState = { ...hardState, commit: Math.max(hardState.commit, g.base) };
    });
  }
  return steps;
}

/** What is wrong in the store, or null: what it holds is what the model holds; the base may be any that a compaction has named. */
export function difference(store: MemoryLogStore, model: Model): string | null {
  for (const name of GROUPS) {
    const log = store.group(name);
    const g = groupOf(model, name);
    const base = log.base().index;
    if (base < g.base && !g.bases.has(base)) return `${name} has base ${base}`;
    if (base > g.base && !g.bases.has(base)) return `${name} has base ${base}, not ${g.base}`;
    if (log.lastIndex() !== lastOf(g)) return `${name} ends at ${log.lastIndex()}, not ${lastOf(g)}`;
    const { term, vote, commit } = log.hardState();
    if (term !== g.hardState.term || vote !== g.hardState.vote) return `${name} has term ${term} and vote ${vote}`;
    const expectedCommit = Math.max(base, Math.min(g.hardState.commit, lastOf(g)));
    if (commit !== expectedCommit) return `${name} has commit ${commit}, not ${expectedCommit}`;
    const from = Math.max(base, g.base) + 1;
    if (from > lastOf(g)) continue;
    const stored = log.entries(from, lastOf(g) + 1, 1e9);
    if (typeof stored === 'string') return `${name}: ${stored}`;
    for (const [i, e] of g.entries.slice(from - g.base - 1).entries()) {
      const s = stored[i];
      if (s?.index !== e.index || s.term !== e.term || s.type !== e.type || !Buffer.from(s.data).equals(e.data))
        return `${name} differs at ${e.index}`;
    }
  }
  return null;
}

/** A store, the model beside it, and what of it is certain. */
export class World {
  readonly scheduler = new ManualScheduler();
  readonly disk = new MemoryDisk(this.scheduler.schedule);
  readonly options: { readonly segmentBytes: number; readonly cacheBytes: number };
  store: MemoryLogStore;
  /** With everything that was appended. */
  model = emptyModel();
  /** As of the last completed sync. */
  durable = emptyModel();
  /** Steps since then. */
  pending: MicroStep[] = [];
  busy = false;
  failed = false;
  /** A fault is set: from the failure on, the store's own view means nothing. */
  faulty = false;
  acknowledged = 0;

  constructor(segmentBytes: number, cacheBytes: number) {
    this.options = { segmentBytes, cacheBytes };
    this.store = MemoryLogStore.open(this.disk, this.options);
  }

  append(writes: readonly GroupWrite[], sync: boolean): void {
    const steps = writes.flatMap(stepsOf);
    for (const step of steps) step(this.model);
    this.pending.push(...steps);
    const at = this.pending.length;
    const durableThen = copy(this.model);
    const synced = sync || writes.some((w) => w.entries !== undefined || w.snapshot !== undefined);
    this.busy = true;
    this.store.append(
      writes,
      () => {
        this.busy = false;
        this.acknowledged += 1;
        if (!synced) return;
        this.durable = durableThen;
        this.pending = this.pending.slice(at);
      },
      (error) => {
        if (!(error instanceof LogWriteError)) throw error;
        this.busy = false;
        this.failed = true;
      },
      { sync },
    );
  }

  compact(name: string, to: number): void {
    this.store.compact(name, to, confState(name));
    for (const model of [this.model, this.durable]) groupOf(model, name).bases.add(to);
    const step: MicroStep = (model) => {
      groupOf(model, name).bases.add(to);
      // Only the model of what was appended forgets for certain; see `difference`.
      if (model === this.model) compactModel(groupOf(model, name), to);
    };
    step(this.model);
    this.pending.push(step);
  }

  crash(mode: CrashMode, random: (n: number) => number): void {
    this.disk.crash(mode, random);
    this.reopen(mode === 'keep-all' && !this.faulty);
  }

  /** Opens anew and checks that a prefix of what was not acknowledged survived, and everything that was. */
  reopen(complete: boolean): void {
    this.store = MemoryLogStore.open(this.disk, this.options);
    const candidate = copy(this.durable);
    const differences: (string | null)[] = [];
    for (let k = 0; ; k += 1) {
      differences.push(difference(this.store, candidate));
      if (k === this.pending.length) break;
      this.pending[k]?.(candidate);
    }
    if (complete && differences.at(-1) !== null) throw new Error(`something is missing: ${differences.at(-1)}`);
    if (!differences.includes(null)) throw new Error(`nothing that may be there: ${differences.join('; ')}`);
    this.#adopt();
  }

  /** What was found after an opening is durable, but for a base that only a wiped segment had restated. */
  #adopt(): void {
    for (const name of GROUPS) {
      const log = this.store.group(name);
      const { index: base, term: baseTerm } = log.base();
      const entries = log.lastIndex() > base ? [...(log.entries(base + 1, log.lastIndex() + 1, 1e9) as Entry[])] : [];
      const bases = new Set(groupOf(this.model, name).bases).add(base);
      this.model.set(name, { hardState: log.hardState(), base, baseTerm, bases, entries });
    }
    this.durable = copy(this.model);
    this.pending = [];
    this.busy = false;
    this.failed = false;
    this.faulty = false;
  }
}
