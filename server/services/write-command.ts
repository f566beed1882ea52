/** Proposes a command and says what became of it (spec 2, "Writes"). */
import { hash } from 'node:crypto';
import { must, unreachable } from '../../lib/kernel/assert.ts';
import { type ClockValue, compareClock, formatClock } from '../clock/hlc.ts';
import type { ProposedCommand, ProposeOutcome } from '../engine/types.ts';
import type { Applied, CommandBody, CommandResult, Precondition } from '../state/types.ts';
import type { Services, WriteCall, WriteResult } from './context.ts';
import { CLUSTER } from './context.ts';
import { LeaderRedirect, ServiceError } from './errors.ts';
import { stoppingError } from './read-faults.ts';

const GENERATED_KEY_BYTES = 10;
/** A key made here begins with the time, milliseconds in hexadecimal. */
const GENERATED_KEY = /^auto-([0-9a-f]{12})-/;

export type Accepted = Exclude<CommandResult, { kind: 'refused' }>;
export type Refused = Extract<CommandResult, { kind: 'refused' }>;

/** What the state machine said, accepted or refused. */
export interface Written extends WriteResult<Accepted | Refused> {
  readonly deadlineMs: number;
}

export interface WriteRequest {
  /** What it changes; null: the cluster as a whole. */
  readonly namespace: string | null;
  readonly body: CommandBody;
  /** Whether it frees space, and so goes on when storage is nearly full. */
  readonly frees: boolean;
}

/** When the write has to be done, on the monotonic clock. */
export function writeDeadline(services: Services, call: WriteCall): number {
  const waitMs = call.consistency.maxWaitMs ?? services.settings.writeDeadlineMs;
  if (waitMs === 0)
    throw new ServiceError('invalid-parameter', 'X-Confman-Max-Wait is 0s: a write has to wait for a quorum, give it more, at most 30s');
  return services.sources.tickMs() + waitMs;
}

/**
 * Proposes a command on behalf of a caller and returns the state machine's answer.
 *
 * @throws ServiceError with what is known of its fate when there is no answer
 */
export async function writeCommand(
  services: Services,
  call: WriteCall,
  request: WriteRequest,
  deadlineMs = writeDeadline(services, call),
): Promise<Written> {
  const { gateway, sources } = services;
  const { namespace, body, frees } = request;
  const key = call.write.idempotencyKey ?? generateKey(sources);
  const command: Omit<ProposedCommand, 'body'> = {
    actor: { keyId: call.principal.keyId, name: call.principal.name },
    requestId: call.requestId,
    idempotency: { scope: idempotencyScope(call, key), request: call.write.bodyHash },
  };
  const after = call.write.clock;
  for (;;) {
    const target = namespace === null ? CLUSTER : await gateway.placeWrite(namespace, call, deadlineMs);
    const { group } = target;
    const timeoutMs = Math.max(1, deadlineMs - sources.tickMs());
    const options = { timeoutMs, forward: call.write.forward, frees, after };
    const outcome = await gateway.propose(target, { ...command, body: inTermsOf(group, body) }, options, call, deadlineMs);
    if (outcome.kind !== 'applied') throw lostFate(outcome, key);
    const written = writtenOf(group, outcome.applied, after, deadlineMs);
    // Nothing was done: the namespace is changing hands, and the same command goes to whoever keeps it then.
    if (namespace !== null && written.data.kind === 'moved') await gateway.hold(namespace, { group }, call, deadlineMs);
    else return written;
  }
}

/** Preconditions name the group of a version only where it is another one than the command goes to. */
function inTermsOf(group: string, body: CommandBody): CommandBody {
  switch (body.type) {
    case 'write':
      if (body.operations.every(({ ifMatch }) => ifMatch?.group !== group)) return body;
      return { ...body, operations: body.operations.map((operation) => namedFrom(group, operation)) };
    case 'restore':
      return namedFrom(group, body);
    default:
      return body;
  }
}

function namedFrom<P extends Precondition>(group: string, conditioned: P): P {
  const { ifMatch } = conditioned;
  if (ifMatch === undefined || ifMatch.group !== group) return conditioned;
  return { ...conditioned, ifMatch: { term: ifMatch.term, index: ifMatch.index } };
}

function generateKey({ nowMs, randomBytes }: Services['sources']): string {
  const time = Math.max(0, Math.trunc(nowMs())).toString(16).padStart(12, '0');
  return `auto-${time}-${Buffer.from(randomBytes(GENERATED_KEY_BYTES)).toString('hex')}`;
}

/**
 * A key belongs to one API key, one method and one path. Scopes of keys that carry a time begin with it: their records then
 * lie side by side in the index of every replica, and a transaction of many writes touches a page or two of it, not one each.
 */
function idempotencyScope(call: WriteCall, key: string): string {
  const digest = hash('sha256', JSON.stringify([call.principal.keyId, call.write.resource, key]), 'hex');
  const time = GENERATED_KEY.exec(key)?.[1] ?? '';
  return `${time}${digest.slice(time.length)}`;
}

/** The stamp itself says whether the caller's clock was followed, whichever node on the way did not. */
function writtenOf(group: string, applied: Applied, after: ClockValue | null, deadlineMs: number): Written {
  const data = must(applied.result, 'a proposed command has a result');
  const clock = applied.stamp === null ? null : formatClock(applied.stamp, applied.stamp.node);
  const clockIgnored = after !== null && applied.stamp !== null && compareClock(applied.stamp, after) <= 0;
  const { resultPosition: position, replayed } = applied;
  return { data, group: applied.resultGroup ?? group, position, replayed, clock, clockIgnored, deadlineMs };
}

function lostFate(outcome: Exclude<ProposeOutcome, { kind: 'applied' }>, idempotencyKey: string): Error {
  switch (outcome.kind) {
    case 'no-leader':
      return new ServiceError('no-leader', 'no leader was found in time; the write was certainly not proposed', {
        leader: null,
        retryAfterMs: 500,
      });
    case 'not-leader':
      if (outcome.leader !== null) return new LeaderRedirect(outcome.leader);
      return new ServiceError('no-leader', 'this node is not the leader and knows of none; the write was not proposed', {
        leader: null,
        retryAfterMs: 500,
      });
    case 'unknown':
      return new ServiceError(
        'write-outcome-unknown',
        `${LOST[outcome.reason]}: ask again with the Idempotency-Key in this problem to learn what became of it, or to have it done`,
        {
          idempotencyKey,
          retryAfterMs: 250,
        },
      );
    case 'refused':
      return refusedByNode(outcome.code);
  }
}

const LOST = {
  'leadership-lost': 'leadership changed before the write was confirmed',
  'connection-lost': 'the connection to the leader was cut before it answered',
  deadline: 'the write was not confirmed in time',
  stopping: 'a node stopped before the write was confirmed',
} as const;

function refusedByNode(code: Extract<ProposeOutcome, { kind: 'refused' }>['code']): ServiceError {
  switch (code) {
    case 'storage-full':
      return new ServiceError('storage-full', 'storage is nearly full: reads and deletes go on, other writes do not');
    case 'too-busy':
      return new ServiceError('too-busy', 'too many writes are under way; this one was not proposed', { retryAfterMs: 250 });
    case 'too-large':
      return new ServiceError('body-too-large', 'the command is larger than the log takes');
    case 'stopping':
      return stoppingError();
    case 'not-ready':
      return new ServiceError('node-not-ready', 'the node that was to propose the write is not ready; it was not proposed', {
        retryAfterMs: 500,
      });
    default:
      return unreachable(code);
  }
}
