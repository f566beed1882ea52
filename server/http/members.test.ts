import { afterEach, beforeEach, expect, test } from 'vitest';
import { answerProof, isProof, joinKey, questionProof } from '../auth/join-proof.ts';
import type { TestApis } from './testing/test-api.ts';
import { startTestApis } from './testing/test-api.ts';

const key = joinKey('a secret of the test cluster');
const nonce = 'ab'.repeat(32);

let apis: TestApis;

beforeEach(() => {
  apis = startTestApis({ nodes: ['n1', 'n2'] });
});
afterEach(async () => {
  await apis.close();
});

async function ask(method: 'POST' | 'DELETE', path: string, payload?: object, secret: string | null = apis.adminKey) {
  const authorization = secret === null ? {} : { authorization: `Bearer ${secret}` };
  const answer = await apis.apps[0]?.inject({
    method,
    url: `/api/v1/cluster/${path}`,
    headers: { ...authorization, ...(payload === undefined ? {} : { 'content-type': 'application/json' }) },
    ...(payload === undefined ? {} : { payload }),
  });
  return { status: answer?.statusCode, json: answer?.json() as Record<string, unknown>, version: answer?.headers['x-confman-version'] };
}

test('tells a node that proves the secret where the peers are, and proves that it knows it too', async () => {
  const { status, json } = await ask('POST', 'join', { id: 'n3', nonce, proof: questionProof(key, { id: 'n3', nonce }) }, null);
  expect(status).toBe(200);
  const told = {
    cluster: '0a0b0c0d',
    peers: [
      { id: 'n1', peer: 'n1.invalid:1' },
      { id: 'n2', peer: 'n2.invalid:1' },
    ],
  };
  expect(json).toEqual({ ...told, proof: answerProof(key, nonce, told) });
  // Neither another question nor another secret fits.
  expect(isProof(String(json['proof']), answerProof(key, 'cd'.repeat(32), told))).toBe(false);
  expect(isProof(String(json['proof']), answerProof(joinKey('another secret'), nonce, told))).toBe(false);
});

test('tells nothing to a node that does not prove the secret, and soon does not listen to it', async () => {
  const wrong = { id: 'n3', nonce, proof: questionProof(joinKey('another secret'), { id: 'n3', nonce }) };
  for (const body of [wrong, { ...wrong, proof: questionProof(key, { id: 'n4', nonce }) }]) {
    const { status, json } = await ask('POST', 'join', body, null);
    expect([status, json['code'], 'peers' in json]).toEqual([403, 'wrong-cluster-secret', false]);
  }
  for (let at = 0; at < 8; at += 1) await ask('POST', 'join', wrong, null);
  expect((await ask('POST', 'join', wrong, null)).status).toBe(429);
  expect((await ask('POST', 'join', { ...wrong, proof: 'x' }, null)).status).toBe(400);
});

test('adds and removes members for administrators, and says at which version', async () => {
  const body = { id: 'n3', peer: 'n3.invalid:1', url: 'http://n3.invalid' };
  const added = await ask('POST', 'members', body);
  expect([added.status, added.json['role'], added.json['version']]).toEqual([201, 'learner', added.version]);
  expect(await ask('DELETE', 'members/n2')).toMatchObject({ status: 200, json: { id: 'n2' } });
  expect(await ask('DELETE', 'members/n9')).toMatchObject({ status: 404, json: { code: 'member-not-found' } });
  expect(await ask('POST', 'members', { ...body, id: 'n2' })).toMatchObject({ status: 409, json: { code: 'member-exists' } });
  expect((await ask('POST', 'members', body, null)).status).toBe(401);
  for (const wrong of [
    { ...body, peer: 'n3' },
    { ...body, url: 'http://n3.invalid/path' },
    { ...body, id: 'n 3' },
    { ...body, more: 1 },
  ])
    expect((await ask('POST', 'members', wrong)).status).toBe(400);
  apis.cluster.leader = null;
  expect(await ask('POST', 'members', body)).toMatchObject({ status: 503, json: { code: 'no-leader' } });
});
