import { describe, expect, test } from 'vitest';
import { confOf, text } from './testing/cluster.ts';
import { entriesOf, entryOf, Lone, ofType } from './testing/lone.ts';
import type { Message } from './types.ts';

/** What leaves at once, and what leaves only when the disk has finished. */
function beforeAndAfterDisk(lone: Lone): { before: readonly Message[]; after: readonly Message[] } {
  const before = lone.sent();
  while (lone.node.writesPending > 0) lone.node.persistOne();
  return { before, after: lone.sent() };
}

const app = { type: 'app', from: '2', to: '1', term: 1, prevIndex: 0, prevTerm: 0, commit: 0, entries: [] } as const;
const vote = { type: 'vote', from: '2', to: '1', term: 1, lastIndex: 0, lastTerm: 0, transfer: false } as const;

describe('what must be on disk before what leaves (3.6)', () => {
  test('a granted vote waits for term and vote (E2)', () => {
    const lone = new Lone();
    lone.node.step(vote);
    const { before, after } = beforeAndAfterDisk(lone);
    expect(before).toEqual([]);
    expect(after).toMatchObject([{ type: 'vote-resp', granted: true, term: 1 }]);
    expect(lone.node.storage.hardState).toMatchObject({ term: 1, vote: '2' });
  });

  test('a candidate asks nobody, and does not count its own vote, before its own disk has answered (E2)', () => {
    const lone = new Lone({ conf: confOf(['1', '2']) });
    lone.raw.campaign();
    lone.sent();
    lone.node.step({ type: 'pre-vote-resp', from: '2', to: '1', term: 1, granted: true });
    expect(lone.sent()).toEqual([]);
    lone.node.step({ type: 'vote-resp', from: '2', to: '1', term: 1, granted: true });
    expect(lone.raw.status().role).toBe('candidate');
    lone.node.persistOne();
    expect(lone.raw.status().role).toBe('leader');
  });

  test('pre-votes and their answers wait for nothing (E4)', () => {
    const lone = new Lone();
    lone.node.step(vote);
    lone.node.step({ type: 'pre-vote', from: '3', to: '1', term: 2, lastIndex: 0, lastTerm: 0 });
    expect(ofType(lone.sent(), 'pre-vote-resp')).toHaveLength(1);
    const asking = new Lone();
    asking.node.step(vote);
    asking.raw.campaign();
    expect(asking.sent().map((message) => message.type)).toEqual(['pre-vote', 'pre-vote']);
  });

  test('an acknowledgement waits for the entries that it claims (D2)', () => {
    const lone = new Lone();
    lone.node.step({ ...app, entries: entriesOf([1, 1]) });
    const { before, after } = beforeAndAfterDisk(lone);
    expect(before).toEqual([]);
    expect(after).toMatchObject([{ type: 'app-resp', index: 2, rejected: false }]);
    expect(lone.node.storage.lastIndex()).toBe(2);
  });

  test('so does the acknowledgement of a duplicate and of an empty append (D2)', () => {
    const lone = new Lone();
    lone.node.step({ ...app, entries: entriesOf([1, 1]) });
    lone.sent();
    lone.node.step({ ...app, entries: entriesOf([1]) });
    lone.node.step({ ...app, prevIndex: 2, prevTerm: 1 });
    const { before, after } = beforeAndAfterDisk(lone);
    expect(before).toEqual([]);
    expect(ofType(after, 'app-resp').map((message) => message.index)).toEqual([2, 1, 2]);
  });

  test('and so does a rejection, which a later leader may build on', () => {
    const lone = new Lone();
    lone.node.step({ ...app, prevIndex: 5, prevTerm: 1 });
    const { before, after } = beforeAndAfterDisk(lone);
    expect(before).toEqual([]);
    expect(after).toMatchObject([{ type: 'app-resp', rejected: true }]);
  });

  test('an acknowledgement waits for the writes that were under way when it was made, and for no later one', () => {
    const lone = new Lone();
    lone.node.step({ ...app, entries: entriesOf([1]) });
    lone.sent();
    lone.node.step({ ...app, prevIndex: 1, prevTerm: 1, entries: entriesOf([1], 2) });
    lone.sent();
    lone.node.persistOne();
    expect(ofType(lone.sent(), 'app-resp').map((message) => message.index)).toEqual([1]);
    lone.node.persistOne();
    expect(ofType(lone.sent(), 'app-resp').map((message) => message.index)).toEqual([2]);
  });

  test('the acknowledgement of a snapshot waits until it is installed (R10)', () => {
    const lone = new Lone({ terms: [1], hardState: { term: 1 } });
    lone.node.step({ type: 'snap', from: '2', to: '1', term: 1, snapshot: { index: 9, term: 1, confState: confOf(['1', '2', '3']) } });
    const { before, after } = beforeAndAfterDisk(lone);
    expect(before).toEqual([]);
    expect(after).toMatchObject([{ type: 'app-resp', index: 9, rejected: false }]);
    expect([lone.node.storage.firstIndex(), lone.node.state.index]).toEqual([10, 9]);
  });

  test('the answer to a heartbeat waits for the term, and for nothing once that is durable', () => {
    const lone = new Lone();
    const heartbeat = { type: 'heartbeat', from: '2', to: '1', term: 1, commit: 0, read: 3 } as const;
    lone.node.step(heartbeat);
    const { before, after } = beforeAndAfterDisk(lone);
    expect(before).toEqual([]);
    expect(after).toMatchObject([{ type: 'heartbeat-resp', read: 3 }]);
    lone.node.step({ ...app, entries: entriesOf([1]) });
    lone.node.step(heartbeat);
    expect(ofType(lone.sent(), 'heartbeat-resp')).toHaveLength(1);
  });

  test('an established leader sends entries before its own disk has them, and counts itself after (D3)', () => {
    const lone = new Lone();
    lone.lead();
    lone.ack('2', 1);
    lone.ack('3', 1);
    lone.raw.propose([text('a')]);
    const sent = lone.sent();
    expect(ofType(sent, 'app').map((message) => message.entries.length)).toEqual([1, 1]);
    expect(lone.node.storage.lastIndex()).toBe(1);
    // One acknowledgement and nothing of its own: no quorum.
    lone.node.step({ type: 'app-resp', from: '2', to: '1', term: 1, index: 2, rejected: false, hintIndex: 0, hintTerm: 0 });
    expect(lone.raw.status().commit).toBe(1);
    lone.settle();
    expect(lone.raw.status().commit).toBe(2);
  });

  test('a quorum of others commits without the leader, but it hands out only what it has on disk itself', () => {
    const lone = new Lone();
    lone.lead();
    lone.raw.propose([text('a')]);
    lone.sent();
    for (const from of ['2', '3'])
      lone.node.step({ type: 'app-resp', from, to: '1', term: 1, index: 2, rejected: false, hintIndex: 0, hintTerm: 0 });
    const ready = lone.node.takeReady();
    expect(lone.raw.status().commit).toBe(2);
    expect(ready.committedEntries.map((entry) => entry.index)).toEqual([1]);
    lone.settle();
    expect(lone.raw.status().applied).toBe(2);
  });

  test('every write of entries carries the commit index (M4, E11)', () => {
    const lone = new Lone({ terms: [1], hardState: { term: 1, commit: 0 } });
    lone.node.step({ ...app, prevIndex: 1, prevTerm: 1, commit: 1, entries: entriesOf([1], 2) });
    const ready = lone.node.takeReady();
    expect(ready.hardState).toMatchObject({ commit: 1 });
    lone.node.persistOne();
    lone.node.step({ ...app, prevIndex: 2, prevTerm: 1, commit: 1, entries: [entryOf(1, 3)] });
    expect(lone.node.takeReady()).toMatchObject({ hardState: { commit: 1 }, mustSync: true });
  });

  test('a commit index alone needs no sync, and holds nothing up (D14)', () => {
    const lone = new Lone({ terms: [1], hardState: { term: 1 } });
    lone.tell({ ...app, prevIndex: 1, prevTerm: 1 });
    lone.node.step({ ...app, prevIndex: 1, prevTerm: 1, commit: 1 });
    const ready = lone.node.takeReady();
    expect([ready.mustSync, ready.hardState?.commit]).toEqual([false, 1]);
    expect(ready.messages).toMatchObject([{ type: 'app-resp', index: 1 }]);
  });

  test('a message of a term that is over by the time of its release keeps its own term', () => {
    const lone = new Lone();
    lone.node.step({ ...app, entries: entriesOf([1]) });
    lone.sent();
    lone.node.step({ ...vote, from: '3', term: 2, lastIndex: 1, lastTerm: 1, transfer: true });
    expect(lone.settle().map((message) => [message.type, message.term])).toEqual([
      ['app-resp', 1],
      ['vote-resp', 2],
    ]);
  });
});
