import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createGenesis } from './copy.ts';
import { forkState } from './fork.ts';
import { SqliteStateMachine } from './sqlite-state-machine.ts';
import type { MemberInfo } from './member-info.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'confman-fork-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const member = (incarnation: string): MemberInfo => ({
  id: `n1@${incarnation}`,
  name: 'n1',
  incarnation,
  peer: 'n1:1',
  url: 'http://n1.invalid',
});

test('a fork closes the lineage at the applied index, begins a new one of one member, and says so in the audit', () => {
  const path = join(dir, 'state.db');
  const confState = { voters: ['n1@1', 'n2@1'], learners: [], votersOutgoing: [], learnersNext: [], autoLeave: false };
  createGenesis(path, {
    identity: { group: 'default', clusterId: '0a0b0c0d', lineages: [{ id: '00000001', forkIndex: null }] },
    confState,
    members: [member('1')],
    position: { term: 3, index: 40 },
  });
  expect(forkState(path, { lineageId: '00000002', member: member('2'), message: 'for a test' })).toEqual({ term: 3, index: 40 });
  expect(forkState(path, { lineageId: '00000003', member: member('3'), message: 'again' })).toEqual({ term: 3, index: 40 });
  const machine = SqliteStateMachine.open(path);
  try {
    expect(machine.identity.lineages).toEqual([
      { id: '00000001', forkIndex: 40 },
      { id: '00000002', forkIndex: 40 },
      { id: '00000003', forkIndex: null },
    ]);
    expect([machine.confState().voters, machine.members().map(({ id }) => id)]).toEqual([['n1@3'], ['n1@3']]);
    expect(machine.applied()).toEqual({ term: 3, index: 40 });
    const { data } = machine.reader().read({
      type: 'audit',
      scope: null,
      namespace: null,
      key: null,
      actor: null,
      action: 'cluster.restored',
      search: null,
      fromMs: null,
      toMs: null,
      before: null,
      asOf: null,
      rowsMax: 10,
    });
    expect(data.rows.map(({ message }) => message)).toEqual(['again', 'for a test']);
  } finally {
    machine.close();
  }
  expect(() => forkState(path, { lineageId: '00000001', member: member('4'), message: '' })).toThrow(/was there before/);
});
