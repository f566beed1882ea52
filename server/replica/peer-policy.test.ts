import { describe, expect, test } from 'vitest';
import type { Hello } from '../peers/types.ts';
import type { MemberInfo } from '../state/types.ts';
import type { NodeIdentity } from './identity.ts';
import { judgePeer } from './peer-policy.ts';

const members: readonly MemberInfo[] = ['n1', 'n2'].map((name) => ({
  id: `${name}@aa`,
  name,
  incarnation: 'aa',
  peer: '127.0.0.1:1',
  url: 'http://127.0.0.1:2',
}));
const formed: NodeIdentity = {
  nodeId: 'n2',
  stage: 'formed',
  clusterId: 'c1',
  clusterName: 'x',
  lineageId: 'l1',
  incarnation: 'aa',
  began: true,
  members,
};
const empty: NodeIdentity = {
  nodeId: 'n2',
  stage: 'empty',
  clusterId: null,
  clusterName: 'x',
  lineageId: null,
  incarnation: null,
  began: false,
  members: [],
};

function hello(change: Partial<Hello>): Hello {
  return {
    name: 'n1',
    formed: true,
    clusterId: 'c1',
    lineageId: 'l1',
    incarnation: 'aa',
    listHash: null,
    peerAddress: '',
    url: '',
    levelMin: 1,
    levelMax: 1,
    buildVersion: 'x',
    ...change,
  };
}

describe('a formed node', () => {
  test.each([
    ['accepts a member', {}, 'accept'],
    ['accepts a member that still has to hear that the cluster is formed', { formed: false }, 'accept'],
    ['accepts a new name of its own cluster', { name: 'n9', incarnation: 'zz' }, 'accept'],
    ['refuses an empty disk under a known name', { formed: false, clusterId: null, lineageId: null, incarnation: null }, 'wiped-node'],
    [
      'refuses an empty disk under an unknown name',
      { name: 'n9', formed: false, clusterId: null, lineageId: null, incarnation: null },
      'wrong-cluster',
    ],
    ['refuses another cluster', { clusterId: 'c2' }, 'wrong-cluster'],
    ['refuses another lineage', { lineageId: 'l2' }, 'wrong-lineage'],
    ['refuses another incarnation of a known name', { incarnation: 'bb' }, 'wrong-incarnation'],
  ] as const)('%s', (_name, change, verdict) => {
    expect(judgePeer(formed, members, hello(change))).toBe(verdict);
  });
});

test('hears everybody out while it has nothing', () => {
  for (const change of [{}, { formed: false }, { clusterId: 'c2' }]) expect(judgePeer(empty, [], hello(change))).toBe('accept');
});

test('refuses the draft of another cluster while it holds one', () => {
  const draft = { ...formed, stage: 'draft' as const };
  expect(judgePeer(draft, members, hello({ formed: false, clusterId: 'c2' }))).toBe('wrong-cluster');
  expect(judgePeer(draft, members, hello({ formed: true, clusterId: 'c1' }))).toBe('accept');
});
