import { describe, expect, test } from 'vitest';
import { validateConfig } from './config.ts';
import { RawNode } from './raw-node.ts';
import { confOf, testConfig, text } from './testing/cluster.ts';
import { entriesOf, entryOf, Lone, storageOf } from './testing/lone.ts';
import type { Message, RaftConfig } from './types.ts';

const config: RaftConfig = { ...testConfig, id: '1', applied: 0 };

describe('validateConfig', () => {
  test('takes a sound one', () => {
    expect(() => validateConfig(config)).not.toThrow();
  });

  test.each<[string, Partial<RaftConfig>]>([
    ['id', { id: '' }],
    ['heartbeatTicks', { heartbeatTicks: 0 }],
    ['electionTicks', { electionTicks: 1.5 }],
    ['electionTicks', { electionTicks: 1, heartbeatTicks: 1 }],
    ['applied', { applied: -1 }],
    ['applied', { applied: 2 ** 53 }],
    ['sizePerMsgBytesMax', { sizePerMsgBytesMax: 0 }],
    ['inflightMessagesMax', { inflightMessagesMax: Number.NaN }],
    ['inflightBytesMax', { inflightBytesMax: -1 }],
    ['uncommittedBytesMax', { uncommittedBytesMax: 0 }],
    ['committedBytesPerReadyMax', { committedBytesPerReadyMax: 0 }],
    ['pendingReadsMax', { pendingReadsMax: 0 }],
  ])('refuses a bad %s', (name, parts) => {
    expect(() => validateConfig({ ...config, ...parts })).toThrow(new RegExp(name));
  });
});

describe('a message that cannot be', () => {
  const app = { type: 'app', from: '2', to: '1', term: 5, prevIndex: 0, prevTerm: 0, commit: 0, entries: [] } as const;
  const vote = { type: 'vote', from: '2', to: '1', term: 5, lastIndex: 1, lastTerm: 1, transfer: false } as const;

  test.each<[string, Message]>([
    ['a term beyond 2^53', { ...app, term: 2 ** 53 }],
    ['a negative index', { ...app, prevIndex: -1 }],
    ['a fraction', { ...app, commit: 1.5 }],
    ['no number at all', { ...app, prevTerm: Number.NaN }],
    ['a gap between entries', { ...app, entries: [entryOf(1, 1), entryOf(1, 3)] }],
    ['entries that do not follow on prev', { ...app, entries: [entryOf(1, 2)] }],
    ['terms that fall', { ...app, entries: [entryOf(2, 1), entryOf(1, 2)] }],
    ['an entry of a later term than its leader', { ...app, entries: entriesOf([6]) }],
    ['a candidate that has entries of the term it asks for', { ...vote, lastTerm: 5 }],
    ['a commit hint beyond 2^53', { ...vote, commit: { index: 2 ** 53, term: 1 } }],
    ['a hint beyond 2^53', { type: 'app-resp', from: '2', to: '1', term: 5, index: 0, rejected: true, hintIndex: 2 ** 53, hintTerm: 0 }],
    ['a read number beyond 2^53', { type: 'heartbeat-resp', from: '2', to: '1', term: 5, read: 2 ** 53 }],
    ['a snapshot at no index', { type: 'snap', from: '2', to: '1', term: 5, snapshot: { index: -1, term: 1, confState: confOf(['1']) } }],
    ['a message for somebody else', { ...app, to: '2', from: '3' }],
    ['a message from itself', { ...app, from: '1' }],
  ])('is refused: %s', (_, message) => {
    const lone = new Lone();
    expect(() => lone.node.step(message)).toThrow(/message/);
    expect(lone.raw.status().term).toBe(0);
  });
});

describe('RawNode', () => {
  test('starts with nothing to say', () => {
    const lone = new Lone({ terms: [1, 1], hardState: { term: 2, vote: '3' } });
    expect(lone.raw.hasReady()).toBe(false);
    expect(lone.raw.status()).toMatchObject({
      role: 'follower',
      term: 2,
      vote: '3',
      commit: 0,
      lastIndex: 2,
      lastTerm: 1,
      leader: null,
      durableIndex: 2,
    });
  });

  test('hands out after a restart what is committed and not applied', () => {
    const storage = storageOf({ terms: [1, 1, 1], hardState: { term: 1, commit: 3 } });
    const raw = new RawNode({ ...config, applied: 0 }, storage);
    expect(raw.ready().committedEntries.map((entry) => entry.index)).toEqual([1, 2, 3]);
    expect(raw.hasReady()).toBe(false);
  });

  test('does not start on entries of a term that it has never reached', () => {
    expect(() => new RawNode(config, storageOf({ terms: [3], hardState: { term: 2 } }))).toThrow(/never reached/);
  });

  test('does not start with a configuration that cannot be', () => {
    expect(() => new RawNode(config, storageOf({ conf: confOf(['2', '1']) }))).toThrow(/configuration/);
  });

  test('tells role and leader when they change, and only then', () => {
    const lone = new Lone();
    lone.node.step({ type: 'heartbeat', from: '2', to: '1', term: 1, commit: 0, read: 0 });
    expect(lone.node.takeReady().softState).toEqual({ leader: '2', role: 'follower' });
    lone.node.step({ type: 'heartbeat', from: '2', to: '1', term: 1, commit: 0, read: 0 });
    expect(lone.node.takeReady().softState).toBeUndefined();
  });

  test('bounds what it hands out for applying at a time', () => {
    const storage = storageOf({ hardState: { term: 1, commit: 3 } });
    storage.append([1, 2, 3].map((index) => entryOf(1, index, 'xxxx')));
    const raw = new RawNode({ ...config, committedBytesPerReadyMax: 8 }, storage);
    expect(raw.ready().committedEntries).toHaveLength(2);
    expect(raw.hasReady()).toBe(true);
    expect(raw.ready().committedEntries).toHaveLength(1);
    expect(raw.hasReady()).toBe(false);
  });

  test('numbers its readies, and confirms none that it has not given out', () => {
    const lone = new Lone({ conf: confOf(['1']) });
    lone.raw.campaign();
    expect(lone.node.takeReady().number).toBe(1);
    expect(() => lone.raw.onPersisted(2)).toThrow(/never given out/);
  });

  test('confirms several readies at once', () => {
    const lone = new Lone({ conf: confOf(['1']) });
    lone.raw.campaign();
    lone.settle();
    lone.raw.propose([text('a')]);
    const first = lone.raw.ready();
    lone.raw.propose([text('b')]);
    const second = lone.raw.ready();
    lone.node.storage.append([...first.entries, ...second.entries]);
    lone.raw.onPersisted(second.number);
    expect(lone.raw.status().commit).toBe(3);
    // A late word about the first one changes nothing.
    lone.raw.onPersisted(first.number);
    expect(lone.raw.status().commit).toBe(3);
  });

  test('tells what it knows of the others only while it leads', () => {
    const lone = new Lone();
    expect(lone.raw.status().progress).toBeNull();
    lone.lead();
    expect([...(lone.raw.status().progress ?? [])].map(([id]) => id)).toEqual(['1', '2', '3']);
  });

  test('refuses proposals unless it leads', () => {
    const lone = new Lone();
    expect(lone.raw.propose([text('x')])).toEqual({ kind: 'refused', reason: 'not-leader' });
  });

  test('says where a proposal stands', () => {
    const lone = new Lone({ terms: [1], hardState: { term: 4 } });
    lone.lead();
    expect(lone.raw.propose([text('a'), text('b')])).toEqual({ kind: 'accepted', term: 5, firstIndex: 3 });
    expect(lone.raw.propose([text('c')])).toEqual({ kind: 'accepted', term: 5, firstIndex: 5 });
  });
});
