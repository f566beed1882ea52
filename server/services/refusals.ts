/** What the state machine refused, as the problem that the caller gets. */
import type { Entry } from '../../lib/contract/model.ts';
import { unreachable } from '../../lib/kernel/assert.ts';
import type { Call, Services, WriteCall } from './context.ts';
import { ServiceError } from './errors.ts';
import type { DecidedAt, ProblemExtras } from './errors.ts';
import { stateToEntry } from './rows.ts';
import type { Refused, Written } from './write-command.ts';

/** What the command was about, for messages. */
export interface Subject {
  readonly namespace: string;
  /** Key of each operation. */
  readonly keys: readonly string[];
}

const CURRENT_WAIT_MS = 1_000;

/** The problem for a refusal. A conflict comes with the entry as it was when it was judged. */
export async function refusalOf(
  services: Services,
  call: WriteCall,
  written: Written,
  refused: Refused,
  subject: Subject,
): Promise<ServiceError> {
  const decidedAt: DecidedAt = { group: written.group, position: written.position, replayed: written.replayed };
  const ordinal = 'operation' in refused ? (refused.operation ?? 0) : 0;
  const key = subject.keys[ordinal] ?? '';
  const batch: ProblemExtras = subject.keys.length > 1 ? { operation: ordinal } : {};
  const error = (code: ServiceError['code'], detail: string, extras: ProblemExtras = {}): ServiceError =>
    new ServiceError(code, detail, { ...batch, ...extras }, { decidedAt });
  switch (refused.code) {
    case 'version-conflict': {
      const current = await currentEntry(services, call, written, refused, subject.namespace);
      const detail = current === null ? `${key} does not exist` : `${key} is at version ${current.version}`;
      return error('version-conflict', detail, { current });
    }
    case 'idempotency-key-reused':
      return error('idempotency-key-reused', 'this Idempotency-Key was used with another body: take a new key for another request');
    case 'namespace-not-found':
      return error('namespace-not-found', `there is no namespace ${subject.namespace}`);
    case 'entry-not-found':
      return error('entry-not-found', `there is no entry ${key} in ${subject.namespace}`);
    case 'revision-not-found':
      return error('revision-not-found', `${key} has no such revision with a value that is kept`);
    case 'key-not-found':
      return error('key-not-found', 'there is no such API key, or it is revoked already');
    case 'key-exists':
      return error('key-exists', 'an API key like this exists already');
    case 'last-admin-key':
      return error('last-admin-key', 'nobody could administer the cluster without it: create another admin key first');
    case 'type-changed':
      return error('too-busy', `the type of ${key} keeps changing: try again`, { retryAfterMs: 100 });
    default:
      return unreachable(refused);
  }
}

/** The conflicting entry with its value, when this replica gets there in time; without it otherwise. */
async function currentEntry(
  services: Services,
  call: WriteCall,
  written: Written,
  refused: Extract<Refused, { code: 'version-conflict' }>,
  namespace: string,
): Promise<Entry | null> {
  const { gateway, sources } = services;
  const { current } = refused;
  if (current === null) return null;
  const { group } = written;
  const entry = stateToEntry(group, namespace, current);
  const maxWaitMs = Math.max(0, Math.min(CURRENT_WAIT_MS, written.deadlineMs - sources.tickMs()));
  const { term, index } = current.position;
  const token = [{ history: null, group: current.group ?? group, term: BigInt(term), index: BigInt(index) }];
  const reaching: Call = { ...call, consistency: { token, mode: 'read-your-writes', maxWaitMs, onTimeout: 'fail', node: null } };
  const query = { type: 'revision', namespace, key: current.key, revision: current.revision } as const;
  const read = await gateway.read(namespace, query, reaching).catch((error: unknown) => {
    if (error instanceof ServiceError) return null;
    throw error;
  });
  return read === null || read.data === null || read.data.value === null ? entry : { ...entry, value: read.data.value };
}
