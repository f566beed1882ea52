/**
 * State databases in files: `state-<group>-<generation>.db`, and a pointer `state-<group>.json` that says which one is in
 * force. A copy from another node becomes a new generation by switching the pointer; nothing ever writes over a live file.
 */
import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { open, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fsyncDir } from '../disk/durable.ts';
import type { SnapshotMetadata } from '../raft/types.ts';
import { StateCorruptionError, StateFormatError } from '../state/errors.ts';
import { SqliteStateMachine } from '../state/sqlite-state-machine.ts';
import type { StateIdentity } from '../state/types.ts';
import type { BackupCopyFacts, CopyThread } from './copy-thread-client.ts';
import { readStatePointer, removeStatePointer, type StatePointer, statePath, writeStatePointer } from './state-pointer.ts';
import type { FirstRows, OpenedState, SnapshotCopy, StagedState, StateStorage } from './state-storage.ts';

/** A copy for a backup, and the file it stands in. Whoever asked for it removes the file. */
export interface BackupCopy extends BackupCopyFacts {
  readonly path: string;
}

/** A staged copy, and the file it stands in. */
interface StagedFile extends StagedState {
  readonly path: string;
}

const CHUNK_BYTES = 64 * 1024;
/** Up to this size the whole structure is checked at every start; above it the hashes of what is read must do. */
const QUICK_CHECK_BYTES_MAX = 256 * 1024 * 1024;

export class FileStateStorage implements StateStorage {
  readonly #dir: string;
  readonly #copies: CopyThread;
  /** Copies are made one after the other: the next begins when this settles. */
  #copying: Promise<unknown> = Promise.resolve();

  /** @param dir an existing directory, locked by this process */
  constructor(dir: string, copies: CopyThread) {
    this.#dir = dir;
    this.#copies = copies;
    // What a crash left of copies on their way has no meaning any more.
    for (const name of readdirSync(dir)) if (name.startsWith('side-')) rmSync(join(dir, name), { force: true });
  }

  #path(group: string, generation: number): string {
    return statePath(this.#dir, group, generation);
  }

  open(group: string): OpenedState | null {
    const pointer = readStatePointer(this.#dir, group);
    if (pointer === null) return null;
    if (pointer.diverged !== undefined) throw new StateCorruptionError(pointer.diverged);
    const path = this.#path(group, pointer.generation);
    if (!existsSync(path)) throw new StateCorruptionError(`${path} is missing`);
    this.#removeOthers(group, pointer.generation);
    return this.#opened(path, pointer);
  }

  #opened(path: string, pointer: StatePointer): OpenedState {
    const machine = SqliteStateMachine.open(path);
    if (machine.sizeBytes() <= QUICK_CHECK_BYTES_MAX) machine.quickCheck();
    return { machine, generation: pointer.generation, installedAt: pointer.installedAt };
  }

  create(identity: StateIdentity, first: FirstRows): void {
    const { group } = identity;
    const path = this.#path(group, 1);
    removeDatabase(path);
    const confState = {
      voters: first.voters.map(({ id }) => id).toSorted(),
      learners: [],
      votersOutgoing: [],
      learnersNext: [],
      autoLeave: false,
    };
    const machine = SqliteStateMachine.open(path, {
      create: { identity, confState, members: first.voters, position: first.position, level: first.level },
    });
    const durable = machine.checkpoint();
    machine.close();
    if (durable === null) throw new Error(`the first state of group ${group} could not be made durable`);
    fsyncDir(this.#dir);
    writeStatePointer(this.#dir, group, { format: 1, generation: 1, installedAt: null });
  }

  async copy(group: string): Promise<SnapshotCopy> {
    const pointer = readStatePointer(this.#dir, group);
    if (pointer === null) throw new Error(`group ${group} has no state to copy`);
    const side = join(this.#dir, `side-out-${group}-${randomBytes(6).toString('hex')}.db`);
    const { applied, confState } = await this.#inTurn(() => this.#copies.copy(this.#path(group, pointer.generation), side));
    const { size } = await stat(side);
    return { metadata: { ...applied, confState }, sizeBytes: size, chunks: () => fileChunks(side), dispose: () => removeDatabase(side) };
  }

  /**
   * Copies the live state aside for a backup, proven and hashed.
   * @throws StateCorruptionError, CopySpaceError; when `signal` is aborted, any error. No file is left then
   */
  async backup(group: string, signal: AbortSignal): Promise<BackupCopy> {
    const side = join(this.#dir, `side-backup-${group}-${randomBytes(6).toString('hex')}.db`);
    try {
      const facts = await this.#inTurn(async () => {
        const pointer = readStatePointer(this.#dir, group);
        if (pointer === null) throw new Error(`group ${group} has no state to copy`);
        return this.#copies.backup(this.#path(group, pointer.generation), side, signal);
      });
      return { ...facts, path: side };
    } catch (error) {
      removeDatabase(side);
      throw error;
    }
  }

  /** Path of the state that is in force. @throws Error when there is none */
  livePath(group: string): string {
    const pointer = readStatePointer(this.#dir, group);
    if (pointer === null) throw new Error(`group ${group} has no state`);
    return this.#path(group, pointer.generation);
  }

  /** Remembers, durably, that the state in force is wrong. Another one in its place, by a new member, is a new beginning. */
  markDiverged(group: string, reason: string): void {
    const pointer = readStatePointer(this.#dir, group);
    if (pointer !== null) writeStatePointer(this.#dir, group, { ...pointer, diverged: reason });
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#copying.then(work, work);
    this.#copying = turn.catch(() => undefined);
    return turn;
  }

  async stage(group: string, expected: SnapshotMetadata, chunks: AsyncIterable<Uint8Array>): Promise<StagedState> {
    const path = join(this.#dir, `side-in-${group}-${randomBytes(6).toString('hex')}.db`);
    try {
      const file = await open(path, 'wx', 0o600);
      try {
        for await (const chunk of chunks) await file.write(chunk);
        await file.sync();
      } finally {
        await file.close();
      }
      const found = await this.#copies.verify(path);
      if (found.identity.group !== group || found.applied.index !== expected.index || found.applied.term !== expected.term) {
        throw new StateFormatError(
          `the copy is of group ${found.identity.group} at ${found.applied.term}:${found.applied.index}, not of ${group} at ${expected.term}:${expected.index}`,
        );
      }
    } catch (error) {
      await rm(path, { force: true });
      throw error;
    }
    const staged: StagedFile = { metadata: expected, path, discard: () => removeDatabase(path) };
    return staged;
  }

  install(group: string, staged: StagedState, old: OpenedState): OpenedState {
    const { path, metadata } = staged as StagedFile;
    const pointer: StatePointer = {
      format: 1,
      generation: old.generation + 1,
      installedAt: { term: metadata.term, index: metadata.index },
    };
    const target = this.#path(group, pointer.generation);
    old.machine.close();
    removeDatabase(target);
    renameSync(path, target);
    fsyncDir(this.#dir);
    writeStatePointer(this.#dir, group, pointer);
    const opened = this.#opened(target, pointer);
    this.#removeOthers(group, pointer.generation);
    return opened;
  }

  remove(group: string): void {
    removeStatePointer(this.#dir, group);
    // Without its pointer a state is none: what a crash leaves is removed the next time.
    this.#removeOthers(group, null);
    fsyncDir(this.#dir);
  }

  /** Older generations; readers that still have one open keep its contents until they let go. */
  #removeOthers(group: string, generation: number | null): void {
    const ours = new RegExp(`^state-${group}-(\\d+)\\.db(-wal|-shm)?$`);
    for (const name of readdirSync(this.#dir)) {
      const match = ours.exec(name);
      if (match !== null && Number(match[1]) !== generation) rmSync(join(this.#dir, name), { force: true });
    }
  }
}

async function* fileChunks(path: string): AsyncIterable<Uint8Array> {
  const file = await open(path, 'r');
  try {
    for (;;) {
      const { bytesRead, buffer } = await file.read(Buffer.alloc(CHUNK_BYTES), 0, CHUNK_BYTES, null);
      if (bytesRead === 0) return;
      yield buffer.subarray(0, bytesRead);
    }
  } finally {
    await file.close();
  }
}

/** A database file with what SQLite keeps beside it. */
function removeDatabase(path: string): void {
  for (const suffix of ['', '-wal', '-shm']) rmSync(`${path}${suffix}`, { force: true });
}
