/**
 * A one-node cluster out of a survivor, when the majority is lost for good or every replica is quarantined (spec 3,
 * section 2). What this disk holds is all that there will be: first the state, then every entry of its log behind it.
 */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { LogPosition } from '../../../lib/contract/model.ts';
import { lockDataDir } from '../../disk/data-dir-lock.ts';
import { readIdentity } from '../../disk/identity-file.ts';
import { FileLogStore } from '../../log/file-log-store.ts';
import { type GroupLog, LogCorruptionError } from '../../log/types.ts';
import { changeConf } from '../../raft/confchange.ts';
import { decodeConfChange } from '../../raft/confchange-codec.ts';
import type { Entry } from '../../raft/types.ts';
import { decodeConfContext, membersAfter } from '../../replica/conf-context.ts';
import type { NodeIdentity } from '../../replica/identity.ts';
import { readStatePointer, statePath, writeStatePointer } from '../../replica/state-pointer.ts';
import { copyTo, type StateCopy, verifyCopy } from '../../state/copy.ts';
import { StateFormatError } from '../../state/errors.ts';
import { forkState } from '../../state/fork.ts';
import { SqliteStateMachine } from '../../state/sqlite-state-machine.ts';
import type { ApplyInput } from '../../state/types.ts';
import { Identity } from '../data-directory.ts';
import { drawLineage, drawMember, type GroupStart, raisedTerm, stateDirOf, writeLog, writeNewIdentity } from './new-lineage.ts';
import { beginStaging, canGoOn, dropStaging, goOn, putInPlace } from './staging.ts';

/** What a survivor has of one group. */
export interface GroupFindings {
  readonly group: string;
  /** Where its state stands. */
  readonly applied: LogPosition;
  /** Entries of its log behind that: they are applied first. Null when the log is of no use; `logProblem` says why. */
  readonly log: { readonly lastIndex: number; /** Known to be committed up to here. */ readonly committedIndex: number } | null;
  readonly logProblem: string | null;
  /** Why this state is known to be wrong, where a comparison of the replicas has found it so. */
  readonly diverged: string | null;
}

export interface Findings {
  readonly node: string;
  readonly clusterId: string;
  readonly clusterName: string;
  readonly lineageId: string;
  /** Names of the members by its last configuration. */
  readonly members: readonly string[];
  readonly groups: readonly GroupFindings[];
}

export interface Recovered {
  readonly lineageId: string;
  readonly groups: readonly { readonly group: string; readonly fork: LogPosition }[];
  /** Where the old files are. */
  readonly keptIn: string;
}

/** This data directory cannot be recovered from. */
export class RecoveryRefusedError extends Error {
  override readonly name = 'RecoveryRefusedError';
}

interface OpenedGroup {
  readonly findings: GroupFindings;
  readonly copy: StateCopy;
  readonly path: string;
  readonly log: GroupLog | null;
}

const BATCH_BYTES = 4 * 1024 * 1024;

/** Holds the lock on the data directory until `close`. Looking changes nothing but what a start of the node would. */
export class Recovery {
  readonly #dir: string;
  readonly #lock: { release(): void };
  readonly #identity: NodeIdentity;
  readonly #log: FileLogStore | null;
  readonly #groups: readonly OpenedGroup[];

  /**
   * @returns `'went-on'` when an earlier recovery had been interrupted between its last steps: it is complete now
   * @throws DataDirError when a node runs here; RecoveryRefusedError, StateCorruptionError when there is nothing whole to recover from
   */
  static open(dir: string): Recovery | 'went-on' {
    const lock = lockDataDir(dir);
    try {
      if (canGoOn(dir)) {
        goOn(dir);
        lock.release();
        return 'went-on';
      }
      dropStaging(dir);
      return new Recovery(dir, lock);
    } catch (error) {
      lock.release();
      throw error;
    }
  }

  private constructor(dir: string, lock: { release(): void }) {
    this.#dir = dir;
    this.#lock = lock;
    const identity = readIdentity(dir, (content) => Identity.parse(content));
    if (identity === null || identity.stage !== 'formed' || !identity.began)
      throw new RecoveryRefusedError(`${dir} is not the data directory of a member: there is nothing to recover from`);
    this.#identity = identity;
    const opened = openLog(join(dir, 'log'));
    this.#log = opened.log;
    this.#groups = groupsIn(stateDirOf(dir)).map((group) => openGroup(group, stateDirOf(dir), opened));
    if (this.#groups.length === 0)
      throw new RecoveryRefusedError(`${dir} holds no state: restore a backup instead (confman restore-backup)`);
  }

  findings(): Findings {
    const { nodeId: node, clusterId, clusterName, lineageId } = this.#identity;
    const members = new Set(this.#groups.flatMap(({ copy }) => copy.members.map(({ name }) => name)));
    const groups = this.#groups.map(({ findings }) => findings);
    return { node, clusterId: clusterId ?? '', clusterName, lineageId: lineageId ?? '', members: [...members].toSorted(), groups };
  }

  /** Makes the one-node cluster; the old files are kept beside it. */
  async run(): Promise<Recovered> {
    const { nodeId, clusterId, clusterName, members } = this.#identity;
    const staging = beginStaging(this.#dir);
    try {
      const known = this.#groups.flatMap(({ copy }) => copy.identity.lineages.map(({ id }) => id));
      const lineageId = drawLineage(known);
      const before = [...this.#groups.flatMap(({ copy }) => copy.members), ...members].find(({ name }) => name === nodeId);
      const member = drawMember(nodeId, before?.peer ?? '', before?.url ?? '');
      const message = `recovered from the disk of ${nodeId} alone`;
      const starts = this.#groups.map((opened): GroupStart => {
        const path = statePath(stateDirOf(staging), opened.findings.group, 1);
        copyTo(opened.path, path);
        const oldTerm = replay(opened, path);
        const fork = forkState(path, { lineageId, member, message });
        makeDurable(path, opened.findings.group);
        writeStatePointer(stateDirOf(staging), opened.findings.group, { format: 1, generation: 1, installedAt: null });
        return { group: opened.findings.group, fork, term: raisedTerm(Math.max(oldTerm, fork.term)) };
      });
      await writeLog(join(staging, 'log'), starts, member);
      writeNewIdentity(
        staging,
        { clusterId: clusterId ?? '', clusterName, lineageId },
        member,
        starts.map(({ group }) => group),
      );
      this.#log?.close();
      const keptIn = `before-recover-${lineageId}`;
      putInPlace(this.#dir, keptIn);
      return { lineageId, groups: starts.map(({ group, fork }) => ({ group, fork })), keptIn: join(this.#dir, keptIn) };
    } catch (error) {
      if (!canGoOn(this.#dir)) dropStaging(this.#dir);
      throw error;
    }
  }

  close(): void {
    this.#lock.release();
  }
}

function groupsIn(dir: string): readonly string[] {
  return readdirSync(dir)
    .flatMap((name) => /^state-([a-z][a-z0-9-]*)\.json$/.exec(name)?.[1] ?? [])
    .toSorted();
}

interface OpenedLog {
  readonly log: FileLogStore | null;
  readonly problem: string | null;
}

function openLog(dir: string): OpenedLog {
  try {
    return { log: FileLogStore.open(dir), problem: null };
  } catch (error) {
    if (!(error instanceof LogCorruptionError)) throw error;
    return { log: null, problem: error.message };
  }
}

/** @throws StateCorruptionError when the state is damaged: then there is nothing here to recover from */
function openGroup(group: string, dir: string, { log, problem }: OpenedLog): OpenedGroup {
  const pointer = readStatePointer(dir, group);
  if (pointer === null) throw new RecoveryRefusedError(`the pointer to the state of group ${group} is gone`);
  const path = statePath(dir, group, pointer.generation);
  const copy = verifyCopy(path);
  const { applied } = copy;
  const stored = log?.group(group) ?? null;
  const logProblem = problem ?? (stored === null ? 'there is no log' : contradiction(stored, applied));
  const found =
    stored === null || logProblem !== null
      ? null
      : { lastIndex: stored.lastIndex(), committedIndex: Math.max(applied.index, Math.min(stored.hardState().commit, stored.lastIndex())) };
  return {
    findings: { group, applied, log: found, logProblem, diverged: pointer.diverged ?? null },
    copy,
    path,
    log: logProblem === null ? stored : null,
  };
}

function contradiction(stored: GroupLog, applied: LogPosition): string | null {
  const term = stored.term(applied.index);
  if (term === applied.term) return null;
  if (term === 'compacted') return `the log starts after ${stored.base().index}, but the state has applied only ${applied.index}`;
  if (term === 'unavailable') return `the log ends at ${stored.lastIndex()}, but the state has applied ${applied.index}`;
  return `the log has term ${term} at ${applied.index}, but the state has applied ${applied.term}:${applied.index}`;
}

/** Applies the rest of the log to the copy. @returns the last term that this disk knew of */
function replay({ log, findings }: OpenedGroup, path: string): number {
  if (log === null) return findings.applied.term;
  const machine = SqliteStateMachine.open(path);
  try {
    for (let next = machine.applied().index + 1; next <= log.lastIndex();) {
      const entries = log.entries(next, log.lastIndex() + 1, BATCH_BYTES);
      if (typeof entries === 'string') throw new RecoveryRefusedError(`entries of group ${findings.group} from ${next} are ${entries}`);
      applyAll(machine, entries);
      next += entries.length;
    }
    return log.hardState().term;
  } finally {
    machine.close();
  }
}

/** A configuration change stands alone: what it leads to depends on what is applied before it. */
function applyAll(machine: SqliteStateMachine, entries: readonly Entry[]): void {
  let batch: ApplyInput[] = [];
  for (const entry of entries) {
    if (entry.type === 'conf-change') {
      machine.apply(batch);
      machine.apply([inputOf(machine, entry)]);
      batch = [];
    } else {
      batch.push({ entry });
    }
  }
  machine.apply(batch);
}

function inputOf(machine: SqliteStateMachine, entry: Entry): ApplyInput {
  const change = decodeConfChange(entry.data);
  const outcome = changeConf(machine.confState(), change);
  const confState = outcome.kind === 'changed' ? outcome.conf : machine.confState();
  const { members, by, stamp } = decodeConfContext(change.context);
  return { entry, confState, members: membersAfter(machine.members(), members, confState), by, stamp };
}

function makeDurable(path: string, group: string): void {
  const machine = SqliteStateMachine.open(path);
  const durable = machine.checkpoint();
  machine.close();
  if (durable === null) throw new StateFormatError(`the state of group ${group} could not be made durable`);
}
