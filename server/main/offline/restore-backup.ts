/** A data directory out of a backup: the one member of a new lineage of the cluster (spec 3, section 2). */
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import { type BackupGroup, type BackupHeader, BackupError, BackupReader, backupBytes } from '../../backup/format.ts';
import type { NodeSettings } from '../../config/node-settings.ts';
import { lockDataDir } from '../../disk/data-dir-lock.ts';
import { freeBytes } from '../../disk/durable.ts';
import { statePath, writeStatePointer } from '../../replica/state-pointer.ts';
import { StateFormatError } from '../../state/errors.ts';
import { forkState } from '../../state/fork.ts';
import { SqliteStateMachine } from '../../state/sqlite-state-machine.ts';
import type { MemberInfo } from '../../state/member-info.ts';
import type { StateIdentity } from '../../state/types.ts';
import { drawLineage, drawMember, type GroupStart, raisedTerm, stateDirOf, writeLog, writeNewIdentity } from './new-lineage.ts';
import { beginStaging, dropStaging, putInPlace } from './staging.ts';

const READ_BYTES = 1024 * 1024;
/** May be in a directory that counts as empty. */
const IGNORED = new Set(['lost+found']);

export interface RestoreOptions {
  readonly file: string;
  /** Of the node that is to run on the directory: its name, directory and addresses. */
  readonly settings: NodeSettings;
  /** Told now and then: bytes done of all that are to be read. */
  readonly progress?: ((done: number, total: number) => void) | undefined;
}

export interface Restored {
  readonly header: BackupHeader;
  readonly lineageId: string;
  readonly member: MemberInfo;
}

/** The data directory cannot take a restore. */
export class RestoreRefusedError extends Error {
  override readonly name = 'RestoreRefusedError';
}

/**
 * Proves the whole file before anything is changed, then makes the directory.
 * @throws BackupError for a file that is no good, RestoreRefusedError for a directory that is not empty or too small, StateFormatError for a state of a newer format
 */
export async function restoreBackup({ file, settings, progress = () => undefined }: RestoreOptions): Promise<Restored> {
  const { data } = settings;
  const read = { done: 0 };
  const header = await readBackup(file, {}, (bytes, known) => progress((read.done += bytes), 2 * known));
  const inside = existsSync(data) ? readdirSync(data).filter((name) => !IGNORED.has(name)) : [];
  if (inside.length > 0) throw new RestoreRefusedError(`${data} is not empty: a restore needs a directory of its own`);
  const made = !existsSync(data);
  const lock = lockDataDir(data);
  let done = false;
  try {
    const free = freeBytes(data);
    if (free < backupBytes(header))
      throw new RestoreRefusedError(`${data} has ${free} bytes free; the backup needs ${backupBytes(header)}`);
    const staging = beginStaging(data);
    const states = await extract(file, stateDirOf(staging), (bytes, known) => progress((read.done += bytes), 2 * known));
    const lineageId = drawLineage(states.flatMap(({ identity }) => identity.lineages.map(({ id }) => id)));
    const member = drawMember(settings.id, settings.advertisePeer, settings.advertiseUrl);
    const message = `from the backup that ${header.node} made at ${header.createdAt}`;
    const starts = header.groups.map((group) => startOf(group, stateDirOf(staging), { lineageId, member, message }));
    await writeLog(join(staging, 'log'), starts, member);
    writeNewIdentity(
      staging,
      { ...header, lineageId },
      member,
      starts.map(({ group }) => group),
    );
    putInPlace(data, null);
    done = true;
    return { header, lineageId, member };
  } catch (error) {
    dropStaging(data);
    throw error;
  } finally {
    lock.release();
    // Nothing came of it: the directory is as it was.
    if (!done) for (const name of ['lock.db', 'lock.pid']) rmSync(join(data, name), { force: true });
    if (!done && made) rmSync(data, { recursive: true, force: true });
  }
}

/** @throws BackupError */
async function readBackup(
  path: string,
  sink: ConstructorParameters<typeof BackupReader>[0],
  read: (bytes: number, total: number) => void,
): Promise<BackupHeader> {
  const reader = new BackupReader(sink);
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    const piece = Buffer.alloc(READ_BYTES);
    for (;;) {
      const { bytesRead } = await file.read(piece, 0, piece.length, null);
      if (bytesRead === 0) return reader.end();
      reader.write(piece.subarray(0, bytesRead));
      read(bytesRead, size);
    }
  } finally {
    await file.close();
  }
}

interface Extracted {
  readonly identity: StateIdentity;
}

/** Writes every state, and opens it once: brought to this program's format, checked, and what the header says it is. */
async function extract(path: string, dir: string, read: (bytes: number, total: number) => void): Promise<readonly Extracted[]> {
  const pieces: { readonly group: string; readonly bytes: Buffer }[] = [];
  const files = new Map<string, FileHandle>();
  // The file was proven a moment ago; should it have changed since, its checksums say so again.
  const reader = new BackupReader({ state: ({ group }, bytes) => void pieces.push({ group, bytes: Buffer.from(bytes) }) });
  const source = await open(path, 'r');
  try {
    const { size } = await source.stat();
    const piece = Buffer.alloc(READ_BYTES);
    for (;;) {
      const { bytesRead } = await source.read(piece, 0, piece.length, null);
      if (bytesRead === 0) break;
      reader.write(piece.subarray(0, bytesRead));
      for (const { group, bytes } of pieces.splice(0)) {
        const target = files.get(group) ?? (await open(statePath(dir, group, 1), 'wx', 0o600));
        files.set(group, target);
        await target.write(bytes);
      }
      read(bytesRead, size);
    }
    const header = reader.end();
    for (const file of files.values()) await file.sync();
    return header.groups.map((group) => checked(header, group, statePath(dir, group.group, 1)));
  } finally {
    for (const file of files.values()) await file.close();
    await source.close();
  }
}

function checked({ clusterId, lineageId }: BackupHeader, { group, term, index }: BackupGroup, path: string): Extracted {
  const machine = SqliteStateMachine.open(path, { quickCheck: true });
  try {
    const { identity } = machine;
    const applied = machine.applied();
    const said = `${group} of ${clusterId}.${lineageId} at ${term}:${index}`;
    const found = `${identity.group} of ${identity.clusterId}.${identity.lineages.at(-1)?.id ?? ''} at ${applied.term}:${applied.index}`;
    if (said !== found) throw new BackupError('damaged', `the backup contradicts itself: it says ${said}, and holds ${found}`);
    return { identity };
  } finally {
    machine.close();
  }
}

function startOf(
  { group }: BackupGroup,
  dir: string,
  fork: { readonly lineageId: string; readonly member: MemberInfo; readonly message: string },
): GroupStart {
  const path = statePath(dir, group, 1);
  const position = forkState(path, fork);
  const machine = SqliteStateMachine.open(path);
  const durable = machine.checkpoint();
  machine.close();
  if (durable === null) throw new StateFormatError(`the state of group ${group} could not be made durable`);
  writeStatePointer(dir, group, { format: 1, generation: 1, installedAt: null });
  return { group, fork: position, term: raisedTerm(position.term) };
}
