/**
 * Whole copies of a state: what a follower behind the log's start gets, and what a backup holds.
 *
 * A copy is taken from a connection of its own, so it may run on another thread beside the writer, and it sees one
 * committed state. A state made from a copy just opens it.
 */
import { closeSync, existsSync, fsyncSync, openSync, rmSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import type { LogPosition } from '../../lib/contract/model.ts';
import type { ConfState } from '../raft/types.ts';
import { CONTENT_HASH_SCHEME, contentHash, verifyValues } from './content-hash.ts';
import { type Connection, connectCopier } from './database.ts';
import { checkFormat } from './ddl.ts';
import { StateFormatError, withNamedErrors } from './errors.ts';
import { type Genesis, readApplied, readCluster } from './genesis.ts';
import { SqliteStateMachine, checkStructure } from './sqlite-state-machine.ts';
import type { MemberInfo } from './member-info.ts';
import type { StateIdentity } from './types.ts';

/** What a copy holds. */
export interface StateCopy {
  readonly applied: LogPosition;
  readonly confState: ConfState;
  readonly members: readonly MemberInfo[];
  readonly identity: StateIdentity;
  readonly sizeBytes: number;
}

function withConnection<T>(path: string, work: (connection: Connection) => T): T {
  return withNamedErrors('read', () => {
    const connection = connectCopier(path);
    try {
      checkFormat(connection.sqlite);
      return work(connection);
    } finally {
      connection.sqlite.close();
    }
  });
}

function describe(connection: Connection, path: string): StateCopy {
  return { applied: readApplied(connection), ...readCluster(connection), sizeBytes: statSync(path).size };
}

function syncPath(path: string): void {
  const file = openSync(path, 'r');
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** Makes a file and its name durable (design/raft.md D16). */
function makeDurable(path: string): void {
  syncPath(path);
  syncPath(dirname(path));
}

/**
 * Copies the live state at `source` into the new file `target`, durably.
 * @throws StateFormatError when `target` exists, StateCorruptionError when the source is damaged; any other failure leaves no file behind
 */
export function copyTo(source: string, target: string): StateCopy {
  if (existsSync(target)) throw new StateFormatError(`a copy needs a new file, ${target} exists`);
  try {
    withConnection(source, ({ sqlite }) => sqlite.prepare('VACUUM INTO ?').run(target));
    makeDurable(target);
    return withConnection(target, (connection) => describe(connection, target));
  } catch (error) {
    // Half a copy is worth nothing; a full disk least of all.
    rmSync(target, { force: true });
    throw error;
  }
}

/**
 * Proves a copy: its structure, and every value against its hash.
 * @throws StateFormatError when it is no state, StateCorruptionError when it is damaged
 */
export function verifyCopy(path: string): StateCopy {
  return withConnection(path, (connection) => {
    checkStructure(connection);
    verifyValues(connection);
    return describe(connection, path);
  });
}

/**
 * The same proof, and the hash over the content that it went through.
 * @throws StateFormatError when it is no state, StateCorruptionError when it is damaged
 */
export function verifyAndHash(path: string): StateCopy & { readonly stateHash: string } {
  return withConnection(path, (connection) => {
    checkStructure(connection);
    return { ...describe(connection, path), stateHash: contentHash(connection) };
  });
}

/** A live state that is to be hashed as it is at a moment which the caller chooses. */
export class StateSnapshot {
  readonly #connection: Connection;

  constructor(path: string) {
    this.#connection = connectCopier(path);
    checkFormat(this.#connection.sqlite);
  }

  /** From here on no change of the state is seen. @returns where it stands */
  begin(): LogPosition {
    this.#connection.sqlite.exec('BEGIN');
    return readApplied(this.#connection);
  }

  /** @throws StateCorruptionError when a value is damaged */
  hash(): { readonly hash: string; readonly scheme: string } {
    return { hash: withNamedErrors('read', () => contentHash(this.#connection)), scheme: CONTENT_HASH_SCHEME };
  }

  close(): void {
    this.#connection.sqlite.close();
  }
}

/** Creates the first state of a group at `path`, durably. Does nothing where the same group's state already is. */
export function createGenesis(path: string, genesis: Genesis): void {
  const machine = SqliteStateMachine.open(path, { create: genesis });
  try {
    machine.checkpoint();
  } finally {
    machine.close();
  }
  makeDurable(path);
}
