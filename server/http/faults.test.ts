/** What a healthy cluster never shows: lost fates, replicas that are not well, nodes that cannot be reached. */
import type { FastifyInstance } from 'fastify';
import { describe, expect, test } from 'vitest';
import { TEST_ADMIN_SECRET } from '../engine/testing/test-cluster.ts';
import { ENTRY, apiFixture, ask, codeOf } from './testing/api-fixture.ts';

const start = apiFixture();

describe('writes', () => {
  test('without a leader were certainly not proposed', async () => {
    const {
      app,
      apis: { cluster },
    } = start();
    cluster.leader = null;
    const before = cluster.commitIndex;
    const answer = await ask(app, 'PUT', ENTRY, { value: 'v' }, { 'x-confman-max-wait': '20ms' });
    expect([answer.statusCode, codeOf(answer), answer.headers['retry-after']]).toEqual([503, 'no-leader', '1']);
    expect(cluster.commitIndex).toBe(before);
  });

  test('wait for a leader up to their deadline', async () => {
    const {
      app,
      apis: { cluster },
    } = start();
    cluster.leader = null;
    const waiting = ask(app, 'PUT', ENTRY, { value: 'v' });
    await new Promise((resolve) => setImmediate(resolve));
    cluster.leader = 'n1';
    cluster.engine('n1').leaderChanged();
    expect((await waiting).statusCode).toBe(201);
  });

  test('whose fate is lost say by which key to ask again, and asking again gives the first answer', async () => {
    const {
      app,
      apis: { cluster },
    } = start();
    cluster.fates.push('lose-answer', 'lose');
    const lost = await ask(app, 'PUT', ENTRY, { value: 'v' });
    expect([lost.statusCode, codeOf(lost)]).toEqual([503, 'write-outcome-unknown']);
    const { idempotencyKey } = lost.json<{ idempotencyKey: string }>();
    const never = await ask(app, 'PUT', '/api/v1/namespaces/a/config/other', { value: 'v' }, { 'idempotency-key': 'mine' });
    expect(never.json()).toMatchObject({ code: 'write-outcome-unknown', idempotencyKey: 'mine', retryable: true });

    const again = await ask(app, 'PUT', ENTRY, { value: 'v' }, { 'idempotency-key': idempotencyKey });
    expect([again.statusCode, again.headers['idempotent-replayed'], again.json<{ revision: number }>().revision]).toEqual([201, 'true', 1]);
    const done = await ask(app, 'PUT', '/api/v1/namespaces/a/config/other', { value: 'v' }, { 'idempotency-key': 'mine' });
    expect([done.statusCode, done.headers['idempotent-replayed']]).toEqual([201, undefined]);
  });

  test.each([
    ['storage-full', 507, 'storage-full'],
    ['too-busy', 503, 'too-busy'],
    ['too-large', 413, 'body-too-large'],
    ['not-ready', 503, 'node-not-ready'],
  ] as const)('that the node refuses as %s are %i', async (fate, status, code) => {
    const {
      app,
      apis: { cluster },
    } = start();
    cluster.fates.push(fate);
    const answer = await ask(app, 'PUT', ENTRY, { value: 'v' });
    expect([answer.statusCode, codeOf(answer)]).toEqual([status, code]);
    expect(answer.headers['x-confman-token']).toBe('0a0b0c0d.00000001/1:1');
  });

  test('into unknown namespaces are refused where namespaces are strict', async () => {
    const { app } = start({ settings: { strictNamespaces: true } });
    expect(codeOf(await ask(app, 'PUT', ENTRY, { value: 'v' }))).toBe('namespace-not-found');
    expect(codeOf(await ask(app, 'PUT', `${ENTRY}?dryRun=true`, { value: 'v' }))).toBe('namespace-not-found');
    expect((await ask(app, 'PUT', '/api/v1/namespaces/a', {})).statusCode).toBe(201);
    expect((await ask(app, 'PUT', ENTRY, { value: 'v' })).statusCode).toBe(201);
  });

  test('judge a value again when its type has changed behind the back of a follower', async () => {
    const {
      apis: { cluster, apps },
    } = start({ nodes: ['n1', 'n2'] });
    const [leader, behind] = apps as [FastifyInstance, FastifyInstance];
    await ask(leader, 'PUT', ENTRY, { value: 'text' });
    cluster.engine('n2').holdApply(true);
    await ask(leader, 'PUT', ENTRY, { value: '1', type: 'number' });
    // The follower still believes in text, for which this is valid.
    const invalid = await ask(behind, 'PUT', ENTRY, { value: 'no number' });
    expect([invalid.statusCode, codeOf(invalid)]).toEqual([422, 'invalid-value']);
    expect((await ask(behind, 'PUT', ENTRY, { value: '2' })).json()).toMatchObject({ type: 'number', revision: 3 });
    // And the other way round: what it believes invalid is asked for before it is refused.
    cluster.engine('n2').holdApply(false);
    cluster.engine('n2').holdApply(true);
    await ask(leader, 'PUT', ENTRY, { value: 'words', type: 'text' });
    const late = ask(behind, 'PUT', ENTRY, { value: 'more words' });
    cluster.engine('n2').holdApply(false);
    expect((await late).json()).toMatchObject({ type: 'text', revision: 5 });
  });

  test('that are refused behind a held replica still name the entry', async () => {
    const {
      apis: { cluster, apps },
    } = start({ nodes: ['n1', 'n2'] });
    const [leader, behind] = apps as [FastifyInstance, FastifyInstance];
    cluster.engine('n2').holdApply(true);
    await ask(leader, 'PUT', ENTRY, { value: 'v' });
    const refused = await ask(behind, 'PUT', ENTRY, { value: 'w' }, { 'if-none-match': '*', 'x-confman-max-wait': '50ms' });
    expect(refused.statusCode).toBe(412);
    expect(refused.json()).toMatchObject({ current: { key: 'k', revision: 1 } });
    expect(refused.headers['x-confman-version']).toBe('1:3');
  });
});

describe('a replica', () => {
  test('that is not well answers nobody, and says why', async () => {
    const {
      app,
      apis: { cluster },
    } = start();
    cluster.engine('n1').condition = 'wiped-node';
    const answer = await ask(app, 'GET', ENTRY);
    expect([answer.statusCode, codeOf(answer)]).toEqual([503, 'node-not-ready']);
    expect(answer.json<{ detail: string }>().detail).toContain('wiped-node');
    expect((await app.inject('/health')).statusCode).toBe(200);
    const ready = await app.inject('/health/ready');
    expect([ready.statusCode, ready.json<{ failing: string[] }>().failing]).toEqual([503, ['replica']]);
  });

  test('is not ready while it lags or knows no leader', async () => {
    const {
      apis: { cluster, apps },
    } = start({ nodes: ['n1', 'n2'], settings: { readyLagEntriesMax: 1 } });
    const behind = apps[1]!;
    cluster.engine('n2').holdApply(true);
    cluster.newTerm();
    expect((await behind.inject('/health/ready')).statusCode).toBe(200);
    cluster.newTerm();
    cluster.leader = null;
    expect((await behind.inject('/health/ready')).json()).toMatchObject({ status: 'not-ready', failing: ['leader', 'applied'] });
  });

  test('without contact is marked stale and shows no lag', async () => {
    const {
      apis: { cluster, apps },
    } = start({ nodes: ['n1', 'n2'] });
    const alone = apps[1]!;
    expect((await ask(alone, 'GET', '/api/v1/session')).headers['x-confman-replica']).toBe(
      'n2;role=follower;group=default;lag=0;contact-ms=0',
    );
    cluster.engine('n2').contactMs = 1500;
    expect((await ask(alone, 'GET', '/api/v1/session')).headers['x-confman-replica']).toBe(
      'n2;role=follower;group=default;stale=?1;contact-ms=1500',
    );
    cluster.engine('n2').contactMs = null;
    expect((await ask(alone, 'GET', '/api/v1/session')).headers['x-confman-replica']).toBe('n2;role=follower;group=default;stale=?1');
  });

  test('named with a digit first is a string in the structured header', async () => {
    const { app } = start({ nodes: ['1a'] });
    expect((await ask(app, 'GET', '/api/v1/session')).headers['x-confman-replica']).toMatch(/^"1a";role=leader;/);
  });
});

describe('relays', () => {
  test('do not go on to a third node, and say when a write may have happened', async () => {
    const {
      apis: { cluster, apps },
    } = start({ nodes: ['n1', 'n2', 'n3'] });
    const relayed = await apps[1]!.relay({
      method: 'GET',
      url: `${ENTRY}?node=n3`,
      headers: {},
      body: null,
      principal: JSON.stringify({ keyId: 'x', name: 'x', role: 'admin', scope: null, via: 'bearer', expiresAtMs: null }),
    });
    expect([relayed.status, (JSON.parse(Buffer.from(relayed.body).toString()) as { code: string }).code]).toEqual([
      503,
      'node-unreachable',
    ]);
    cluster.cut.add('n3');
    expect(codeOf(await ask(apps[0]!, 'GET', ENTRY, undefined, { 'x-confman-node': 'n3' }))).toBe('node-unreachable');
  });

  test('whose answer is lost can be asked for again', async () => {
    const { app, apis: running } = start({ nodes: ['n1', 'n2'] });
    running.cluster.mute.add('n2');
    const lost = await ask(app, 'PUT', ENTRY, { value: 'v' }, { 'x-confman-node': 'n2' });
    expect(codeOf(lost)).toBe('write-outcome-unknown');
    const again = await ask(
      app,
      'PUT',
      ENTRY,
      { value: 'v' },
      { 'idempotency-key': lost.json<{ idempotencyKey: string }>().idempotencyKey },
    );
    expect([again.statusCode, again.headers['idempotent-replayed']]).toEqual([201, 'true']);
    expect(codeOf(await ask(app, 'GET', ENTRY, undefined, { 'x-confman-node': 'n2' }))).toBe('node-unreachable');
  });

  test('carry writes, bodies and rights', async () => {
    const { app } = start({ nodes: ['n1', 'n2'] });
    const put = await ask(app, 'PUT', ENTRY, { value: 'v' }, { 'x-confman-node': 'n2', 'idempotency-key': 'once' });
    expect([put.statusCode, String(put.headers['x-confman-replica']).split(';')[0]]).toEqual([201, 'n2']);
    const again = await ask(app, 'PUT', ENTRY, { value: 'v' }, { 'idempotency-key': 'once' });
    expect([again.headers['idempotent-replayed'], again.headers['x-confman-version']]).toEqual(['true', put.headers['x-confman-version']]);
  });
});

test('a key is not called wrong while the cluster is being formed and has none', async () => {
  const {
    app,
    apis: { cluster },
  } = start({ unseeded: true });
  const early = await ask(app, 'GET', '/api/v1/namespaces');
  expect([early.statusCode, codeOf(early), early.headers['retry-after']]).toEqual([503, 'node-not-ready', '1']);
  const signIn = await app.inject({ method: 'POST', url: '/api/v1/session', payload: { key: TEST_ADMIN_SECRET } });
  expect([signIn.statusCode, codeOf(signIn)]).toEqual([503, 'node-not-ready']);
  cluster.seed(TEST_ADMIN_SECRET);
  expect((await ask(app, 'GET', '/api/v1/namespaces')).statusCode).toBe(200);
});
