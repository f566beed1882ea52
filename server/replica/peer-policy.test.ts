import { describe, expect, test } from 'vitest';
import type { Hello } from '../peers/types.ts';
import type { MemberInfo } from '../state/member-info.ts';
import type { NodeIdentity } from './identity.ts';
import { judgePeer } from './peer-policy.ts';

function member(name: string, claim?: string | null): MemberInfo {
  return { id: `${name}@aa`, name, incarnation: 'aa', peer: '127.0.0.1:1', url: 'http://127.0.0.1:2', claim };
}
/** Two founders, one that was added and has not come, and one that has. */
const members: readonly MemberInfo[] = [member('n1'), member('n2'), member('n3', null), member('n4', 'c4')];
const stranger = { formed: false, clusterId: null, lineageId: null, incarnation: null };
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
    ['tells an earlier disk of a known name that it was removed', { incarnation: 'bb', memberSince: 1 }, 'removed'],
    ['tells a name that it would know that it was removed', { name: 'n9', memberSince: 10 }, 'removed'],
    ['accepts a name that it has still to hear of', { name: 'n9', memberSince: 11 }, 'accept'],
    ['accepts a new disk of a known name that it has still to hear of', { incarnation: 'bb', memberSince: 11 }, 'accept'],
    ['hears a node that is to join', { name: 'n9', ...stranger, claim: 'c' }, 'accept'],
    ['hears a node that is waited for', { name: 'n3', ...stranger, claim: 'c' }, 'accept'],
    ['refuses a node that is to join under the name of a founder', { ...stranger, claim: 'c' }, 'wiped-node'],
    ['hears again whoever has come under its name', { name: 'n4', ...stranger, claim: 'c4' }, 'accept'],
    ['refuses another disk under the name of one that has come', { name: 'n4', ...stranger, claim: 'c' }, 'wiped-node'],
  ] as const)('%s', (_name, change, verdict) => {
    expect(judgePeer(formed, { members, appliedIndex: 10 }, hello(change))).toBe(verdict);
  });
});

test('hears everybody out while it has nothing', () => {
  for (const change of [{}, { formed: false }, { clusterId: 'c2' }])
    expect(judgePeer(empty, { members: [], appliedIndex: 0 }, hello(change))).toBe('accept');
});

test('refuses the draft of another cluster while it holds one', () => {
  const draft = { ...formed, stage: 'draft' as const };
  expect(judgePeer(draft, { members, appliedIndex: 0 }, hello({ formed: false, clusterId: 'c2' }))).toBe('wrong-cluster');
  expect(judgePeer(draft, { members, appliedIndex: 0 }, hello({ formed: true, clusterId: 'c1' }))).toBe('accept');
});
