/**
 * Sentences of "In Search of an Understandable Consensus Algorithm" (extended version) and of the dissertation, each
 * with a test that would fail if the sentence did not hold here. What the figures and other tests hold already is in
 * the table of `README.md`.
 */
import { describe, expect, test } from 'vitest';
import { Cluster, confOf, text } from './testing/cluster.ts';
import { entriesOf, Lone, ofType } from './testing/lone.ts';
import type { Message } from './types.ts';

const heartbeat = { type: 'heartbeat', from: '2', to: '1', term: 1, commit: 0, read: 0 } as const;
const vote = { type: 'vote', from: '2', to: '1', term: 2, lastIndex: 0, lastTerm: 0, transfer: false } as const;
const app = { type: 'app', from: '2', to: '1', term: 2, prevIndex: 0, prevTerm: 0, commit: 0, entries: [] } as const;

describe('section 5.1: terms', () => {
  test.each(['follower', 'candidate', 'leader'] as const)(
    'a %s whose term is smaller takes over the larger one and becomes a follower',
    (role) => {
      const lone = new Lone();
      if (role === 'leader') lone.lead();
      if (role === 'candidate') {
        lone.raw.campaign();
        lone.settle();
        lone.tell({ type: 'pre-vote-resp', from: '2', to: '1', term: 1, granted: true });
      }
      expect(lone.raw.status().role).toBe(role);
      lone.tell({ ...app, term: 9 });
      expect(lone.raw.status()).toMatchObject({ role: 'follower', term: 9, leader: '2' });
    },
  );

  test('a request with a stale term is rejected', () => {
    const lone = new Lone({ hardState: { term: 5 } });
    lone.tell({ ...app, entries: entriesOf([2]) });
    expect(lone.raw.status()).toMatchObject({ term: 5, lastIndex: 0, leader: null });
  });
});

describe('section 5.2: leader election', () => {
  test('servers begin as followers', () => {
    expect(new Lone().raw.status().role).toBe('follower');
  });

  test('a follower stays one as long as it hears from a leader', () => {
    const lone = new Lone();
    for (let i = 0; i < 50; i += 1) {
      lone.tick(9);
      lone.tell(heartbeat);
    }
    expect(lone.raw.status()).toMatchObject({ role: 'follower', term: 1 });
  });

  test('one that hears nothing for an election timeout begins an election: it raises its term and votes for itself', () => {
    const lone = new Lone({ conf: confOf(['1']) });
    lone.tick(10);
    expect(lone.raw.status()).toMatchObject({ role: 'leader', term: 1, vote: '1' });
  });

  test('a leader sends heartbeats to all of its followers at every interval', () => {
    const lone = new Lone({ settings: { heartbeatTicks: 3 } });
    lone.lead();
    expect(ofType(lone.tick(2), 'heartbeat')).toEqual([]);
    expect(ofType(lone.tick(1), 'heartbeat').map((message) => message.to)).toEqual(['2', '3']);
  });

  test.each<[number, string[], string[], string]>([
    [3, ['2'], [], 'leader'],
    [3, [], ['2', '3'], 'follower'],
    [3, [], ['2'], 'candidate'],
    [5, ['2'], [], 'candidate'],
    [5, ['2', '3'], [], 'leader'],
    [5, ['2', '3'], ['4', '5'], 'leader'],
    [5, [], ['2', '3', '4'], 'follower'],
    [5, ['2'], ['3', '4'], 'candidate'],
  ])('of %i servers, with the votes of %j and against those of %j, a candidate is a %s', (size, granted, rejected, role) => {
    const lone = new Lone({ conf: confOf(['1', '2', '3', '4', '5'].slice(0, size)) });
    lone.raw.campaign();
    lone.settle();
    for (const from of ['2', '3', '4', '5'].slice(0, size - 1)) {
      lone.node.step({ type: 'pre-vote-resp', from, to: '1', term: 1, granted: true });
    }
    lone.settle();
    const { term } = lone.raw.status();
    for (const from of granted) lone.tell({ type: 'vote-resp', from, to: '1', term, granted: true });
    for (const from of rejected) lone.tell({ type: 'vote-resp', from, to: '1', term, granted: false });
    expect(lone.raw.status().role).toBe(role);
  });

  test('a vote that comes twice counts once', () => {
    const lone = new Lone({ conf: confOf(['1', '2', '3', '4', '5']) });
    lone.raw.campaign();
    lone.settle();
    for (const from of ['2', '3']) lone.tell({ type: 'pre-vote-resp', from, to: '1', term: 1, granted: true });
    for (let i = 0; i < 3; i += 1) lone.tell({ type: 'vote-resp', from: '2', to: '1', term: 1, granted: true });
    expect(lone.raw.status().role).toBe('candidate');
  });

  test.each([
    [null, '2', true],
    ['2', '2', true],
    ['3', '2', false],
  ])('each server votes for at most one candidate in a term, first come first served: voted %s, asked by %s', (voted, from, granted) => {
    const lone = new Lone({ hardState: { term: 2, vote: voted } });
    expect(lone.tell({ ...vote, from })).toMatchObject([{ type: 'vote-resp', granted, term: 2 }]);
  });

  test('the vote survives a restart', () => {
    const lone = new Lone();
    lone.tell(vote);
    lone.node.crash();
    lone.node.restart();
    expect(lone.tell({ ...vote, from: '3' })).toMatchObject([{ type: 'vote-resp', granted: false }]);
  });

  test('a candidate that hears of a leader of its term returns to being a follower', () => {
    const lone = new Lone({ hardState: { term: 1 } });
    lone.raw.campaign();
    lone.settle();
    lone.tell({ type: 'pre-vote-resp', from: '2', to: '1', term: 2, granted: true });
    lone.tell({ ...heartbeat, term: 2 });
    expect(lone.raw.status()).toMatchObject({ role: 'follower', term: 2, leader: '2' });
  });

  test('if many become candidates at once and votes are split, each times out and begins anew', () => {
    const lone = new Lone();
    lone.raw.campaign();
    lone.settle();
    lone.tell({ type: 'pre-vote-resp', from: '2', to: '1', term: 1, granted: true });
    expect(lone.raw.status()).toMatchObject({ role: 'candidate', term: 1 });
    expect(ofType(lone.tick(10), 'pre-vote').map((message) => message.term)).toEqual([2, 2]);
  });

  test('election timeouts are spread over an interval, so that most often only one server times out', () => {
    const timeouts = new Set<number>();
    let dice = 0;
    for (let i = 0; i < 200; i += 1) {
      const lone = new Lone({ settings: { random: () => (dice = (dice + 0.137) % 1) } });
      let ticks = 0;
      while (lone.raw.status().role === 'follower') {
        lone.raw.tick();
        ticks += 1;
      }
      timeouts.add(ticks);
    }
    expect(Math.min(...timeouts)).toBeGreaterThanOrEqual(10);
    expect(Math.max(...timeouts)).toBeLessThan(20);
    expect(timeouts.size).toBeGreaterThan(7);
  });
});

describe('section 5.3: log replication', () => {
  test('the leader appends the command to its log and asks the others to, in parallel', () => {
    const lone = new Lone();
    lone.lead();
    lone.ack('2', 1);
    lone.ack('3', 1);
    lone.raw.propose([text('a')]);
    const apps = ofType(lone.settle(), 'app');
    expect(apps.map((message) => [message.to, message.prevIndex, message.prevTerm, message.entries.length])).toEqual([
      ['2', 1, 1, 1],
      ['3', 1, 1, 1],
    ]);
    expect(lone.raw.status().lastIndex).toBe(2);
  });

  test.each<[number, string[], boolean]>([
    [1, [], true],
    [3, [], false],
    [3, ['2'], true],
    [3, ['2', '3'], true],
    [5, ['2'], false],
    [5, ['2', '3'], true],
    [5, ['2', '3', '4', '5'], true],
  ])('of %i servers, an entry acknowledged by %j beside the leader is committed: %s', (size, acks, committed) => {
    const ids = ['1', '2', '3', '4', '5'].slice(0, size);
    const cluster = new Cluster({ conf: confOf(ids) });
    const leader = cluster.elect('1');
    for (const id of ids) if (id !== '1' && !acks.includes(id)) cluster.isolate(id);
    leader.raw.propose([text('a')]);
    cluster.stabilize();
    expect(leader.raw.status().commit === leader.raw.status().lastIndex).toBe(committed);
  });

  test('a committed entry is executed by the leader, and by the followers once they learn of it, in log order', () => {
    const cluster = new Cluster({ conf: confOf(['1', '2', '3']) });
    const applied: string[] = [];
    for (const node of cluster.nodes.values()) node.onApplied = ({ entry }) => applied.push(`${node.id}:${entry.index}`);
    const leader = cluster.elect('1');
    leader.raw.propose(['a', 'b'].map(text));
    cluster.stabilize();
    for (const id of ['1', '2', '3']) expect(applied.filter((line) => line.startsWith(id))).toEqual([`${id}:2`, `${id}:3`, `${id}:4`]);
    expect(applied.indexOf('1:3')).toBeLessThan(applied.indexOf('2:3'));
  });

  test('committing an entry commits all preceding ones, those of previous leaders included', () => {
    const lone = new Lone({ terms: [1, 2], hardState: { term: 2 } });
    lone.lead();
    lone.ack('2', 3);
    expect(lone.raw.status()).toMatchObject({ commit: 3, applied: 3 });
  });

  test('a follower refuses entries when it does not find the position before them', () => {
    const lone = new Lone({ terms: [1], hardState: { term: 1 } });
    expect(lone.tell({ ...app, prevIndex: 2, prevTerm: 1, entries: entriesOf([2], 3) })).toMatchObject([{ rejected: true }]);
    expect(lone.tell({ ...app, prevIndex: 1, prevTerm: 2, entries: entriesOf([2], 2) })).toMatchObject([{ rejected: true }]);
    expect(lone.raw.status().lastIndex).toBe(1);
  });

  // Figure 7: what followers may have when the leader of term 8, with 1 1 1 4 4 5 5 6 6 6, comes to power.
  test.each<[string, number[]]>([
    ['a: entries are missing', [1, 1, 1, 4, 4, 5, 5, 6, 6]],
    ['b: many are missing', [1, 1, 1, 4]],
    ['c: an extra one', [1, 1, 1, 4, 4, 5, 5, 6, 6, 6, 6]],
    ['d: extra ones of a later term', [1, 1, 1, 4, 4, 5, 5, 6, 6, 6, 7, 7]],
    ['e: missing and extra ones', [1, 1, 1, 4, 4, 4, 4]],
    ['f: a different history', [1, 1, 1, 2, 2, 2, 3, 3, 3, 3, 3]],
  ])('figure 7 %s: the leader makes the log of the follower like its own', (_, terms) => {
    const leader = new Lone({ terms: [1, 1, 1, 4, 4, 5, 5, 6, 6, 6], hardState: { term: 7 } });
    const follower = new Lone({ id: '2', terms, hardState: { term: 7 } });
    const forFollower = (messages: readonly Message[]): readonly Message[] => messages.filter((message) => message.to === '2');
    let toFollower = forFollower(leader.lead(['3']));
    for (let round = 0; round < 20 && toFollower.length > 0; round += 1) {
      const answers = toFollower.flatMap((message) => (message.type === 'app' ? follower.tell(message) : []));
      toFollower = forFollower(answers.flatMap((message) => leader.tell(message)));
    }
    expect(follower.node.storage.all()).toEqual(leader.node.storage.all());
    expect(leader.raw.status().progress?.get('2')?.match).toBe(11);
  });

  test('a leader never overwrites or deletes entries of its own log', () => {
    const lone = new Lone({ terms: [1, 1], hardState: { term: 1 } });
    lone.lead();
    const before = lone.node.storage.all();
    lone.tell({ type: 'app-resp', from: '2', to: '1', term: 2, index: 2, rejected: true, hintIndex: 0, hintTerm: 0 });
    lone.raw.propose([text('a')]);
    lone.settle();
    expect(lone.node.storage.all().slice(0, before.length)).toEqual(before);
  });
});

describe('section 5.4: safety', () => {
  test.each([
    // Own log: 1 1 2.
    [3, 2, true],
    [4, 2, true],
    [1, 3, true],
    [2, 2, false],
    [9, 1, false],
  ])('a voter whose log ends at 2/3 grants a candidate whose log ends with index %i of term %i: %s', (lastIndex, lastTerm, granted) => {
    const lone = new Lone({ terms: [1, 1, 2], hardState: { term: 3 } });
    expect(lone.tell({ ...vote, term: 4, lastIndex, lastTerm })).toMatchObject([{ type: 'vote-resp', granted }]);
  });

  test('figure 8: with an entry of an earlier term on a majority, the leader waits for one of its own term', () => {
    const lone = new Lone({ conf: confOf(['1', '2', '3', '4', '5']), terms: [1, 2], hardState: { term: 3 } });
    lone.lead(['2', '3']);
    lone.ack('2', 2);
    lone.ack('3', 2);
    expect(lone.raw.status().commit).toBe(0);
    lone.ack('2', 3);
    expect(lone.raw.status().commit).toBe(0);
    lone.ack('3', 3);
    expect(lone.raw.status().commit).toBe(3);
  });
});

describe('section 8 and dissertation 6: clients', () => {
  test('a leader commits a blank entry at the start of its term', () => {
    const cluster = new Cluster({ conf: confOf(['1', '2', '3']) });
    const leader = cluster.elect('1');
    expect(leader.storage.all().at(-1)).toMatchObject({ term: 2, type: 'normal', data: new Uint8Array(0) });
    expect(leader.raw.status().commit).toBe(leader.raw.status().lastIndex);
  });
});

describe('dissertation 3.8: persisted state', () => {
  test('a node that crashes in the middle of anything comes back with what its disk had finished', () => {
    const lone = new Lone();
    lone.node.step({ ...app, entries: entriesOf([2]) });
    lone.settle();
    lone.node.step({ ...app, prevIndex: 1, prevTerm: 2, entries: entriesOf([2, 2], 2) });
    lone.sent();
    lone.node.crash();
    lone.node.restart();
    expect(lone.raw.status()).toMatchObject({ term: 2, lastIndex: 1, commit: 0 });
  });
});
