/** What a service ends with when it has no answer: codes of the closed list, or an answer that another node is to give. */
import type { Problem, ProblemDetailError } from '../../lib/contract/schemas/problem.ts';
import type { ProblemCode } from '../../lib/contract/problems.ts';
import type { ConsistencyMode, LogPosition } from '../../lib/contract/model.ts';

/** What a code adds to the problem body. */
export type ProblemExtras = Partial<
  Pick<
    Problem,
    | 'groups'
    | 'current'
    | 'operation'
    | 'idempotencyKey'
    | 'history'
    | 'version'
    | 'oldest'
    | 'leader'
    | 'node'
    | 'retryAfterMs'
    | 'failing'
    | 'group'
    | 'epoch'
    | 'move'
  >
> & { readonly errors?: ProblemDetailError[] | undefined };

/** What an error knows of the state that it was decided from, for the answer's version headers. */
export interface DecidedAt {
  readonly group: string;
  readonly position: LogPosition;
  /** First answer of an idempotent request, given again. */
  readonly replayed?: boolean | undefined;
}

/** From which state of a group something was answered. */
export interface GroupFacts {
  readonly group: string;
  readonly applied: LogPosition;
  readonly waitedMs: number;
  /** As `X-Confman-Replica` names it; undefined: the one of this node. */
  readonly replica?: string | undefined;
}

/** From which state, in which mode and after which wait a read was answered. */
export interface ReadFacts extends GroupFacts {
  readonly mode: ConsistencyMode;
  /** Of a read over several groups: the others. */
  readonly also?: readonly GroupFacts[] | undefined;
}

/** An operating error, by its code. `detail` is for the caller to read and never holds a secret, a path or a stack. */
export class ServiceError extends Error {
  override readonly name = 'ServiceError';
  readonly code: ProblemCode;
  readonly extras: ProblemExtras;
  readonly decidedAt: DecidedAt | null;
  /** The read that found it, for the headers of the answer. */
  readonly read: ReadFacts | null;
  constructor(
    code: ProblemCode,
    detail: string,
    extras: ProblemExtras = {},
    options: { readonly decidedAt?: DecidedAt | undefined; readonly read?: ReadFacts | undefined; readonly cause?: unknown } = {},
  ) {
    super(detail, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.extras = extras;
    this.decidedAt = options.decidedAt ?? null;
    this.read = options.read ?? null;
  }
}

/** The caller is to ask the leader itself: 307 to its public address. */
export class LeaderRedirect extends Error {
  override readonly name = 'LeaderRedirect';
  readonly node: string;
  readonly url: string;
  constructor(leader: { readonly node: string; readonly url: string }) {
    super(`ask ${leader.node} at ${leader.url}`);
    this.node = leader.node;
    this.url = leader.url;
  }
}

/** This node is to ask the leader and hand its answer on; `instead` is the answer when that fails. */
export class LeaderForward extends Error {
  override readonly name = 'LeaderForward';
  readonly node: string;
  readonly instead: ServiceError;
  constructor(node: string, instead: ServiceError) {
    super(`let ${node} answer`);
    this.node = node;
    this.instead = instead;
  }
}

/** The client has gone: there is nobody to answer. */
export class ClientGone extends Error {
  override readonly name = 'ClientGone';
  constructor() {
    super('the client is gone');
  }
}

/** The group does not keep the namespace: whoever routes looks again. Never leaves the services. */
export class GroupMoved extends Error {
  override readonly name = 'GroupMoved';
  readonly group: string;
  /** Of the registry by which it was asked. */
  readonly epoch: number;
  constructor(group: string, epoch: number) {
    super(`${group} does not keep the namespace`);
    this.group = group;
    this.epoch = epoch;
  }
}
