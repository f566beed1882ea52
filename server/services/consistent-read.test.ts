import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { formatElement, parseToken } from '../../lib/contract/token.ts';
import type { ConsistencyRequest } from '../consistency/request.ts';
import { TestCluster } from '../engine/testing/test-cluster.ts';
import type { TestEngine } from '../engine/testing/test-engine.ts';
import { ReadCoordinator } from './consistent-read.ts';
import type { Call, ServiceSettings } from './context.ts';
import { CLUSTER } from './context.ts';
import { ClientGone, LeaderForward, LeaderRedirect, ServiceError } from './errors.ts';

const HISTORY = '0a0b0c0d.00000001';
const QUERY = { type: 'entry', namespace: 'a', key: 'k' } as const;

let cluster: TestCluster;
let follower: TestEngine;
let reads: ReadCoordinator;

function coordinator(settings: Partial<ServiceSettings> = {}): ReadCoordinator {
  return new ReadCoordinator(follower, { defaultConsistency: 'eventual', waitersMax: 100, ...settings }, () => performance.now());
}

beforeEach(() => {
  cluster = new TestCluster({ nodes: ['n1', 'n2'] });
  follower = cluster.engine('n2');
  reads = coordinator();
});
afterEach(() => {
  // Every waiter ends exactly once, however its test ended.
  if (reads.waiting + follower.waiters() !== 0)
    throw new Error(`${reads.waiting} reads and ${follower.waiters()} waiters were left behind`);
  cluster.close();
});

/** Writes `value` and returns the version of the write. */
function write(value: string): string {
  const index = cluster.append({
    level: 1,
    actor: { keyId: 'k', name: 'ann' },
    requestId: 'r',
    idempotency: null,
    body: {
      type: 'write',
      namespace: 'a',
      operations: [{ op: 'put', key: 'k', value, type: null, validFor: ['text'] }],
      message: '',
      createNamespace: true,
    },
  });
  return `${cluster.term}:${index}`;
}

function call(min: string | null, more: Partial<ConsistencyRequest> = {}, gone = new AbortController()): Call {
  return {
    principal: { keyId: 'k', name: 'ann', role: 'viewer', scope: null, via: 'bearer', expiresAtMs: null },
    requestId: 'r',
    consistency: { token: min === null ? [] : parseToken(min), mode: null, maxWaitMs: 10_000, onTimeout: 'fail', node: null, ...more },
    gone: () => gone.signal,
    relayed: false,
  };
}

async function failure(promise: Promise<unknown>): Promise<ServiceError> {
  const error = await promise.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(ServiceError);
  return error as ServiceError;
}

describe('ReadCoordinator', () => {
  test('answers a version that is applied at once, and reports the state that it read', async () => {
    const version = write('one');
    const now = reads.readNow(CLUSTER, QUERY, call(version));
    expect([now?.data?.value, now?.mode, now?.applied]).toEqual(['one', 'read-your-writes', { term: 1, index: cluster.commitIndex }]);
    expect((await reads.read(CLUSTER, QUERY, call(version))).data?.value).toBe('one');
    expect(cluster.questions).toBe(0);
  });

  test('waits for a version without asking more than once in 20 ms, and reads it when it is applied', async () => {
    write('one');
    follower.holdApply(true);
    const version = write('two');
    expect(reads.readNow(CLUSTER, QUERY, call(version))).toBeNull();
    const waiting = Array.from({ length: 50 }, () => reads.read(CLUSTER, QUERY, call(version)));
    await expect.poll(() => reads.waiting).toBe(50);
    // The first question left with the first waiter; one more may follow for those who came after it.
    expect(cluster.questions).toBeLessThanOrEqual(2);
    follower.holdApply(false);
    const answers = await Promise.all(waiting);
    expect(new Set(answers.map((answer) => answer.data?.value))).toEqual(new Set(['two']));
  });

  test('lets an answer rule only on those who waited before its question left', async () => {
    follower.holdApply(true);
    let release = (): void => undefined;
    cluster.answersHeld = new Promise((resolve) => {
      release = resolve;
    });
    const future = `${HISTORY}/1:${cluster.commitIndex + 1}`;
    const first = reads.read(CLUSTER, QUERY, call(future));
    await expect.poll(() => cluster.questions).toBe(1);
    // Its version is committed after the question has left: the late answer says nothing about it.
    const version = write('late');
    expect(`${HISTORY}/${version}`).toBe(future);
    const second = reads.read(CLUSTER, QUERY, call(future));
    cluster.answersHeld = null;
    release();
    expect((await failure(first)).code).toBe('version-from-the-future');
    await expect.poll(() => cluster.questions).toBeGreaterThan(1);
    follower.holdApply(false);
    expect((await second).data?.value).toBe('late');
  });

  test('keeps waiting for a bare version from the future, and serves it when it comes', async () => {
    const future = `1:${cluster.commitIndex + 1}`;
    const waiting = reads.read(CLUSTER, QUERY, call(future));
    await expect.poll(() => cluster.questions).toBeGreaterThan(1);
    write('came');
    expect((await waiting).data?.value).toBe('came');
  });

  test('refuses the version after the wait when another entry took its place', async () => {
    const waiting = reads.read(CLUSTER, QUERY, call(`7:${cluster.commitIndex + 1}`));
    await expect.poll(() => reads.waiting).toBe(1);
    write('of term 1');
    expect((await failure(waiting)).code).toBe('version-of-another-history');
  });

  test('is woken by entries of any kind', async () => {
    const waiting = reads.read(CLUSTER, QUERY, call(`2:${cluster.commitIndex + 1}`));
    await expect.poll(() => reads.waiting).toBe(1);
    cluster.newTerm(2);
    expect((await waiting).applied).toEqual({ term: 2, index: cluster.commitIndex });
  });

  test('ends with the report of what was asked and how far it was', async () => {
    follower.holdApply(true);
    const version = write('two');
    const error = await failure(reads.read(CLUSTER, QUERY, call(version, { maxWaitMs: 30 })));
    expect(error.code).toBe('version-not-reached');
    expect(error.extras.groups).toEqual([{ group: 'default', required: version, applied: '1:1', commit: 2, leader: 'n1', node: 'n2' }]);
    const zero = await failure(reads.read(CLUSTER, QUERY, call(version, { maxWaitMs: 0 })));
    expect(zero.code).toBe('version-not-reached');
  });

  test('sends the caller to the leader, or lets it answer, once time is over', async () => {
    follower.holdApply(true);
    const version = write('two');
    await expect(reads.read(CLUSTER, QUERY, call(version, { maxWaitMs: 1, onTimeout: 'redirect' }))).rejects.toBeInstanceOf(LeaderRedirect);
    await expect(reads.read(CLUSTER, QUERY, call(version, { maxWaitMs: 1, onTimeout: 'forward' }))).rejects.toBeInstanceOf(LeaderForward);
    expect(
      (await failure(reads.read(CLUSTER, QUERY, { ...call(version, { maxWaitMs: 1, onTimeout: 'forward' }), relayed: true }))).code,
    ).toBe('version-not-reached');
    cluster.leader = 'n2';
    expect((await failure(reads.read(CLUSTER, QUERY, call(version, { maxWaitMs: 1, onTimeout: 'redirect' })))).code).toBe(
      'version-not-reached',
    );
    cluster.leader = null;
    for (const onTimeout of ['redirect', 'forward'] as const) {
      expect((await failure(reads.read(CLUSTER, QUERY, call(version, { maxWaitMs: 1, onTimeout })))).extras.leader).toBeNull();
    }
  });

  test('lets go of a wait when the client is gone, and of all when the node stops', async () => {
    follower.holdApply(true);
    const version = write('two');
    const gone = new AbortController();
    const left = reads.read(CLUSTER, QUERY, call(version, {}, gone));
    const stays = reads.read(CLUSTER, QUERY, call(version));
    await expect.poll(() => reads.waiting).toBe(2);
    gone.abort();
    await expect(left).rejects.toBeInstanceOf(ClientGone);
    expect(reads.waiting).toBe(1);
    reads.stop();
    expect((await failure(stays)).code).toBe('node-stopping');
  });

  test('refuses one waiter more than it may have', async () => {
    reads = coordinator({ waitersMax: 2 });
    follower.holdApply(true);
    const version = write('two');
    const waiting = [reads.read(CLUSTER, QUERY, call(version)), reads.read(CLUSTER, QUERY, call(version))];
    expect((await failure(reads.read(CLUSTER, QUERY, call(version)))).code).toBe('too-many-waiters');
    // What needs no wait is answered all the same.
    expect((await reads.read(CLUSTER, QUERY, call(null))).mode).toBe('eventual');
    follower.holdApply(false);
    await Promise.all(waiting);
  });

  test('gives a linearizable read only what a quorum confirms', async () => {
    write('one');
    follower.holdApply(true);
    write('two');
    const linear = call(null, { mode: 'linearizable' });
    const waiting = reads.read(CLUSTER, QUERY, linear);
    await expect.poll(() => reads.waiting).toBe(1);
    follower.holdApply(false);
    const answer = await waiting;
    expect([answer.data?.value, answer.mode]).toEqual(['two', 'linearizable']);
    cluster.quorum = false;
    expect((await failure(reads.read(CLUSTER, QUERY, call(null, { mode: 'linearizable', maxWaitMs: 30 })))).code).toBe(
      'read-index-timeout',
    );
    cluster.quorum = true;
    cluster.leader = null;
    expect((await failure(reads.read(CLUSTER, QUERY, call(null, { mode: 'linearizable', maxWaitMs: 30 })))).code).toBe(
      'read-index-timeout',
    );
  });

  test('waits for a leader that comes in time', async () => {
    write('one');
    cluster.leader = null;
    const waiting = reads.read(CLUSTER, QUERY, call(null, { mode: 'linearizable' }));
    await expect.poll(() => cluster.questions).toBeGreaterThan(1);
    cluster.leader = 'n1';
    expect((await waiting).data?.value).toBe('one');
  });

  test('takes the default of the node where nothing is said', async () => {
    write('one');
    reads = coordinator({ defaultConsistency: 'linearizable' });
    expect((await reads.read(CLUSTER, QUERY, call(null))).mode).toBe('linearizable');
    expect((await reads.read(CLUSTER, QUERY, call('1:1'))).mode).toBe('linearizable');
    expect(reads.readNow(CLUSTER, QUERY, call(null))).toBeNull();
    reads = coordinator({ defaultConsistency: 'read-your-writes' });
    expect((await reads.read(CLUSTER, QUERY, call(null))).mode).toBe('eventual');
  });

  test('waits for a registry that it does not have, and refuses a group that there is not', async () => {
    write('one');
    const ahead = await failure(reads.read(CLUSTER, QUERY, call('registry=0:9', { maxWaitMs: 50 })));
    expect(ahead).toMatchObject({ code: 'version-not-reached', extras: { groups: [{ group: 'registry', required: 'registry=0:9' }] } });
    const full = `${HISTORY}/registry=0:9`;
    expect((await failure(reads.read(CLUSTER, QUERY, call(full)))).code).toBe('version-from-the-future');
    expect((await reads.read(CLUSTER, QUERY, call(full, { mode: 'eventual' }))).mode).toBe('eventual');
    expect((await failure(reads.read(CLUSTER, QUERY, call('payments=1:1')))).code).toBe('version-of-unknown-group');
    expect((await failure(reads.read(CLUSTER, QUERY, call('deadbeef.00000001/payments=1:1')))).code).toBe('version-of-another-cluster');
  });

  test('serves nothing while the replica is not well', async () => {
    follower.condition = 'quarantined';
    expect((await failure(reads.read(CLUSTER, QUERY, call(null)))).code).toBe('node-not-ready');
  });

  test('honours tokens of earlier lineages up to the fork, and none above it', async () => {
    const lineages = [
      { id: '00000001', forkIndex: 3 },
      { id: '00000002', forkIndex: null },
    ];
    const restored = new TestCluster({ lineages });
    const local = new ReadCoordinator(restored.engine('n1'), { defaultConsistency: 'eventual', waitersMax: 10 }, () => performance.now());
    for (let at = 0; at < 5; at += 1) restored.newTerm(1);
    const read = async (min: string): Promise<unknown> => local.read(CLUSTER, QUERY, call(min));
    await expect(read('0a0b0c0d.00000001/1:3')).resolves.toMatchObject({ mode: 'read-your-writes' });
    expect((await failure(read('0a0b0c0d.00000001/1:4'))).code).toBe('version-lost-in-restore');
    await expect(read('0a0b0c0d.00000002/1:4')).resolves.toMatchObject({ mode: 'read-your-writes' });
    expect((await failure(read('0a0b0c0d.00000003/1:4'))).code).toBe('version-of-another-lineage');
    restored.close();
  });

  test('names the element that it refuses, and its history', async () => {
    const error = await failure(reads.read(CLUSTER, QUERY, call(`1:1, deadbeef.00000001/1:1`)));
    const [, second] = parseToken('1:1, deadbeef.00000001/1:1');
    expect(error.extras).toMatchObject({ version: second === undefined ? '' : formatElement(second), history: 'deadbeef.00000001' });
  });
});

describe('beforeWrite', () => {
  test('lets a write pass once the leader has committed the version, applied here or not', async () => {
    follower.holdApply(true);
    const version = write('two');
    await expect(reads.beforeWrite(CLUSTER, call(version), performance.now() + 1000)).resolves.toBeUndefined();
    await expect(reads.beforeWrite(CLUSTER, call(null), performance.now() + 1000)).resolves.toBeUndefined();
  });

  test('refuses what cannot come from this log, and gives up on what does not come', async () => {
    expect((await failure(reads.beforeWrite(CLUSTER, call(`${HISTORY}/1:99`), performance.now() + 1000))).code).toBe(
      'version-from-the-future',
    );
    expect((await failure(reads.beforeWrite(CLUSTER, call('1:99'), performance.now() + 120))).code).toBe('version-not-reached');
    expect((await failure(reads.beforeWrite(CLUSTER, call('7:1'), performance.now() + 1000))).code).toBe('version-of-another-history');
  });
});
