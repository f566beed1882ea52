/** A log of one group for tests: stamps commands, numbers entries, and gives them to a machine. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EntryType } from '../../../lib/contract/model.ts';
import { ENTRY_TYPES } from '../../../lib/contract/model.ts';
import type { ConfState, Entry } from '../../raft/types.ts';
import { encodeCommand } from '../codec.ts';
import type { Genesis } from '../genesis.ts';
import { SqliteStateMachine } from '../sqlite-state-machine.ts';
import type { MemberInfo } from '../member-info.ts';
import type {
  Actor,
  AnswerOf,
  Applied,
  ApplyInput,
  Command,
  CommandBody,
  Operation,
  Precondition,
  Queries,
  QueryName,
  StateReader,
} from '../types.ts';

export const CONF_STATE: ConfState = { voters: ['n1@i1'], learners: [], votersOutgoing: [], learnersNext: [], autoLeave: false };

export const GENESIS: Genesis = {
  identity: { group: 'default', clusterId: '0a0b0c0d', lineages: [{ id: '00000001', forkIndex: null }] },
  confState: CONF_STATE,
  members: [member('n1')],
};

export const ANN: Actor = { keyId: 'k1', name: 'ann' };

export function member(name: string): MemberInfo {
  return { id: `${name}@i1`, name, incarnation: 'i1', peer: `${name}:6101`, url: `http://${name}:6100` };
}

export function put(
  key: string,
  value: string,
  more: Precondition & { type?: EntryType; validFor?: readonly EntryType[] } = {},
): Operation {
  const { type = null, validFor = ENTRY_TYPES, ...condition } = more;
  return { op: 'put', key, value, type, validFor, ...condition };
}

export function del(key: string, condition: Precondition = {}): Operation {
  return { op: 'delete', key, ...condition };
}

export function write(
  namespace: string,
  operations: readonly Operation[],
  more: { message?: string; createNamespace?: boolean } = {},
): CommandBody {
  return { type: 'write', namespace, operations, message: more.message ?? '', createNamespace: more.createNamespace ?? true };
}

export const EXPIRE_NOTHING = {
  type: 'expire',
  revisionsPerKey: Number.MAX_SAFE_INTEGER,
  revisionsBeforeMs: 0,
  auditBeforeMs: 0,
  idempotencyBeforeMs: 0,
  idempotencyKeep: 10_000,
  rowsMax: 10_000,
} as const satisfies CommandBody;

export type CommandOptions = Partial<Pick<Command, 'actor' | 'requestId' | 'idempotency'>>;

/** The first millisecond of a test's log. */
export const START_MS = 1_700_000_000_000;

/** Builds the entries of one log. One command a millisecond unless told otherwise. */
export class TestLog {
  term = 1;
  index = 0;
  ms = START_MS;
  readonly entries: ApplyInput[] = [];

  #append(type: Entry['type'], data: Uint8Array, more: Omit<ApplyInput, 'entry'> = {}): ApplyInput {
    this.index++;
    const input: ApplyInput = { entry: { term: this.term, index: this.index, type, data }, ...more };
    this.entries.push(input);
    return input;
  }

  command(body: CommandBody, options: CommandOptions = {}): ApplyInput {
    this.ms++;
    const command: Command = { level: 1, actor: ANN, requestId: `r${this.index + 1}`, idempotency: null, body, ...options };
    return this.#append('normal', encodeCommand(command, { ms: this.ms, counter: 0, node: 'n1' }));
  }

  /** The empty entry of a new leader. */
  newTerm(): ApplyInput {
    this.term++;
    return this.#append('normal', new Uint8Array(0));
  }

  confChange(confState: ConfState, members: readonly MemberInfo[]): ApplyInput {
    return this.#append('conf-change', new Uint8Array(0), { confState, members });
  }

  raw(data: Uint8Array): ApplyInput {
    return this.#append('normal', data);
  }
}

/** A machine in memory (or the given one) with its log and a reader. */
export class Harness {
  readonly log = new TestLog();
  readonly machine: SqliteStateMachine;
  readonly reader: StateReader;

  constructor(machine: SqliteStateMachine = SqliteStateMachine.open(':memory:', { create: GENESIS })) {
    this.machine = machine;
    this.reader = machine.reader();
  }

  apply(input: ApplyInput): Applied {
    const [applied] = this.machine.apply([input]);
    if (applied === undefined) throw new Error('apply answered nothing');
    return applied;
  }

  run(body: CommandBody, options: CommandOptions = {}): Applied {
    return this.apply(this.log.command(body, options));
  }

  /** Runs a command and gives its result's kind, or the code of its refusal. */
  outcome(body: CommandBody, options: CommandOptions = {}): string | undefined {
    const { result } = this.run(body, options);
    return result?.kind === 'refused' ? result.code : result?.kind;
  }

  ask<N extends QueryName>(type: N, query: Queries[N]['q']): AnswerOf<N> {
    return this.reader.read({ type, ...query }).data;
  }

  value(namespace: string, key: string): string | undefined {
    return this.ask('entry', { namespace, key })?.value;
  }

  auditActions(): readonly string[] {
    return this.ask('audit', { ...ALL_AUDIT })
      .rows.map((row) => row.action)
      .toReversed();
  }
}

export const ALL_AUDIT = {
  scope: null,
  namespace: null,
  key: null,
  actor: null,
  action: null,
  search: null,
  fromMs: null,
  toMs: null,
  before: null,
  asOf: null,
  rowsMax: 1000,
} as const satisfies Queries['audit']['q'];

export const ALL_ENTRIES = { prefix: '', values: true, after: null, asOf: null, rowsMax: 1000, bytesMax: 1e9 } as const;
export const ALL_CHANGES = {
  afterIndex: 0,
  namespacePrefix: null,
  keyPrefix: '',
  scope: null,
  values: true,
  rowsMax: 10_000,
  bytesMax: 1e9,
} as const;

/** Runs a test with a directory that is gone afterwards. */
export function inTempDir(work: (dir: string) => void): void {
  const dir = mkdtempSync(join(tmpdir(), 'confman-state-'));
  try {
    work(dir);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}
