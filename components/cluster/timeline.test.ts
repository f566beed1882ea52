import { expect, test } from 'vitest';
import type { JournalEvent } from '../../lib/contract/schemas/journal.ts';
import type { HeardJournal } from '../../lib/queries/cluster.ts';
import { timelineOf } from './timeline.ts';

const event = (ageMs: number, change: Partial<JournalEvent>): JournalEvent => ({
  kind: 'role',
  at: '2026-01-01T00:00:00.000Z',
  ageMs,
  role: 'follower',
  term: 3,
  leader: 'n1',
  index: 5,
  voters: ['n1', 'n2'],
  learners: [],
  ...change,
});
const heard = (node: string, heardAtMs: number, events: JournalEvent[]): HeardJournal => ({
  node,
  heardAtMs,
  journal: { node, group: 'default', events, entry: null },
});

test('tells an election once, at the time when the first node knew, newest first', () => {
  const items = timelineOf(
    [
      heard('n2', 10_000, [
        event(9000, { kind: 'started', leader: null, term: 2 }),
        event(5000, { role: 'candidate', leader: null }),
        event(4000, { role: 'leader', leader: 'n2' }),
      ]),
      heard('n1', 10_100, [event(6000, { kind: 'leader', leader: null, term: 2 }), event(4050, { kind: 'leader', leader: 'n2' })]),
      { node: 'n3', heardAtMs: 10_000, journal: null },
    ],
    [],
  );
  expect(items.map(({ kind, node, atMs }) => [kind, node, atMs])).toEqual([
    ['leader', 'n2', 6000],
    ['candidate', 'n2', 5000],
    ['leaderless', 'n1', 4100],
    ['started', 'n2', 1000],
  ]);
});

test('knows of a leader that was restarted since from those that followed it', () => {
  const items = timelineOf([heard('n1', 9000, []), heard('n2', 9000, [event(500, { kind: 'leader', leader: 'n1', term: 7 })])], []);
  expect(items).toMatchObject([{ kind: 'leader', node: 'n1', term: 7 }]);
});

test('puts members from the audit log and configurations of the replicas between', () => {
  const conf = event(100, { kind: 'configuration', voters: ['n1', 'n2', 'n4'], leader: null });
  const items = timelineOf(
    [heard('n1', 9000, [conf]), heard('n2', 9010, [conf])],
    [
      {
        id: 'default:9:0',
        hlc: '',
        group: 'default',
        version: '3:9',
        action: 'member.added',
        actor: 'ann',
        namespace: null,
        key: null,
        oldRevision: null,
        newRevision: null,
        message: 'n4',
        requestId: 'r',
        time: new Date(8000).toISOString(),
      },
    ],
  );
  expect(items.map(({ kind, atMs }) => [kind, atMs])).toEqual([
    ['configuration', 8900],
    ['audit', 8000],
  ]);
});
