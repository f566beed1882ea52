import { describe, expect, test } from 'vitest';
import { encodeConfChange } from './confchange-codec.ts';
import { Cluster, confOf } from './testing/cluster.ts';
import { Lone, ofType } from './testing/lone.ts';
import type { Message } from './types.ts';

const vote = { type: 'vote', from: '2', to: '1', term: 2, lastIndex: 9, lastTerm: 1, transfer: false } as const;
const heartbeat = { type: 'heartbeat', from: '2', to: '1', term: 1, commit: 0, read: 0 } as const;

describe('terms come first (E3)', () => {
  test('a leader that hears of a higher term follows at once', () => {
    const lone = new Lone();
    lone.lead();
    lone.tell({ type: 'app-resp', from: '2', to: '1', term: 7, index: 0, rejected: false, hintIndex: 0, hintTerm: 0 });
    expect(lone.raw.status()).toMatchObject({ role: 'follower', term: 7, vote: null, leader: null });
  });

  test.each<Message>([
    { ...vote, term: 1, lastTerm: 0 },
    { type: 'vote-resp', from: '2', to: '1', term: 1, granted: true },
    { type: 'app-resp', from: '2', to: '1', term: 1, index: 9, rejected: false, hintIndex: 0, hintTerm: 0 },
    { type: 'heartbeat-resp', from: '2', to: '1', term: 1, read: 0 },
    { type: 'timeout-now', from: '2', to: '1', term: 1 },
    { type: 'read-index', from: '2', to: '1', term: 1, session: 1, request: 1 },
  ])('a message of a lower term is ignored: $type', (message) => {
    const lone = new Lone({ hardState: { term: 5 } });
    const before = lone.raw.status();
    expect(lone.tell(message)).toEqual([]);
    expect(lone.raw.status()).toEqual(before);
  });

  test.each<Message>([
    { ...heartbeat },
    { type: 'app', from: '2', to: '1', term: 1, prevIndex: 0, prevTerm: 0, commit: 0, entries: [] },
    { type: 'snap', from: '2', to: '1', term: 1, snapshot: { index: 5, term: 1, confState: confOf(['1', '2', '3']) } },
  ])('but a leader of a lower term learns of ours, or it could never be replaced: $type', (message) => {
    const lone = new Lone({ hardState: { term: 5 } });
    expect(lone.tell(message)).toMatchObject([{ type: 'app-resp', to: '2', term: 5, rejected: false, index: 0 }]);
    expect(lone.raw.status().leader).toBeNull();
  });

  test('and so does a pre-candidate of a lower term', () => {
    const lone = new Lone({ hardState: { term: 5 } });
    expect(lone.tell({ type: 'pre-vote', from: '2', to: '1', term: 3, lastIndex: 9, lastTerm: 2 })).toMatchObject([
      { type: 'pre-vote-resp', term: 5, granted: false },
    ]);
  });

  test('an acknowledgement of index 0 that was meant for an earlier term moves nothing', () => {
    const lone = new Lone({ terms: [1, 1, 1], hardState: { term: 1 } });
    lone.lead();
    const before = lone.raw.status().progress?.get('2');
    lone.ack('2', 0);
    expect(lone.raw.status().progress?.get('2')).toMatchObject({ state: before?.state, next: before?.next });
  });
});

describe('pre-vote (E4, E5)', () => {
  test('a pre-candidate changes neither its term nor its vote, and writes nothing', () => {
    const lone = new Lone({ hardState: { term: 4, vote: '3' } });
    lone.raw.campaign();
    const ready = lone.node.takeReady();
    expect(ready).toMatchObject({
      mustSync: false,
      messages: [
        { type: 'pre-vote', term: 5 },
        { type: 'pre-vote', term: 5 },
      ],
    });
    expect(ready.hardState).toBeUndefined();
    expect(lone.raw.status()).toMatchObject({ role: 'pre-candidate', term: 4, vote: '3' });
  });

  test('granting one changes nothing, and the answer carries the term of the request', () => {
    const lone = new Lone({ terms: [1], hardState: { term: 4, vote: '3' } });
    const before = lone.raw.status();
    expect(lone.tell({ type: 'pre-vote', from: '2', to: '1', term: 9, lastIndex: 1, lastTerm: 1 })).toMatchObject([
      { type: 'pre-vote-resp', term: 9, granted: true },
    ]);
    expect(lone.raw.status()).toEqual(before);
  });

  test('the answer to one that is rejected carries our own term', () => {
    const lone = new Lone({ terms: [1, 1], hardState: { term: 4 } });
    expect(lone.tell({ type: 'pre-vote', from: '2', to: '1', term: 9, lastIndex: 1, lastTerm: 1 })).toMatchObject([
      { type: 'pre-vote-resp', term: 4, granted: false },
    ]);
  });

  test('a quorum of grants starts the real election; grants for an earlier attempt do not count', () => {
    const lone = new Lone({ hardState: { term: 4 } });
    lone.raw.campaign();
    lone.sent();
    lone.node.step({ type: 'pre-vote-resp', from: '2', to: '1', term: 4, granted: true });
    expect(lone.raw.status().role).toBe('pre-candidate');
    lone.node.step({ type: 'pre-vote-resp', from: '2', to: '1', term: 5, granted: true });
    expect(lone.raw.status()).toMatchObject({ role: 'candidate', term: 5, vote: '1' });
  });

  test('a quorum of rejections ends the attempt', () => {
    const lone = new Lone({ hardState: { term: 4 } });
    lone.raw.campaign();
    lone.sent();
    for (const from of ['2', '3']) lone.node.step({ type: 'pre-vote-resp', from, to: '1', term: 4, granted: false });
    expect(lone.raw.status()).toMatchObject({ role: 'follower', term: 4 });
  });

  test('whoever hears from a leader does not answer (E5)', () => {
    const lone = new Lone();
    lone.tell(heartbeat);
    expect(lone.tell({ type: 'pre-vote', from: '3', to: '1', term: 2, lastIndex: 9, lastTerm: 1 })).toEqual([]);
  });
});

describe('leader stickiness (E6)', () => {
  test('within the election timeout of hearing a leader, a vote request is ignored and raises no term', () => {
    const lone = new Lone({ settings: { random: () => 0.9 } });
    lone.tell(heartbeat);
    lone.tick(9);
    expect(lone.tell(vote)).toEqual([]);
    expect(lone.raw.status()).toMatchObject({ term: 1, leader: '2' });
    lone.tick(1);
    expect(lone.tell(vote)).toMatchObject([{ type: 'vote-resp', term: 2, granted: true }]);
  });

  test('a leader in touch with its quorum ignores it too', () => {
    const lone = new Lone();
    lone.lead();
    expect(lone.tell({ ...vote, term: 9 })).toEqual([]);
    expect(lone.raw.status()).toMatchObject({ role: 'leader', term: 1 });
  });

  test('unless the leader has asked for the election', () => {
    const lone = new Lone();
    lone.tell(heartbeat);
    expect(lone.tell({ ...vote, transfer: true })).toMatchObject([{ type: 'vote-resp', granted: true }]);
  });
});

describe('check of the quorum (E7)', () => {
  test('a leader that hears nobody for an election timeout steps down, in its own term', () => {
    const lone = new Lone();
    lone.lead();
    lone.ack('2', 1);
    lone.tick(10);
    expect(lone.raw.status().role).toBe('leader');
    lone.tick(9);
    expect(lone.raw.status().role).toBe('leader');
    lone.tick(1);
    expect(lone.raw.status()).toMatchObject({ role: 'follower', leader: null, term: 1 });
  });

  test('one that hears a quorum stays; learners do not count', () => {
    const lone = new Lone({ conf: confOf(['1', '2', '3'], ['4']) });
    lone.lead();
    for (let round = 0; round < 5; round += 1) {
      lone.tell({ type: 'heartbeat-resp', from: '3', to: '1', term: 1, read: 0 });
      lone.tick(10);
      expect(lone.raw.status().role).toBe('leader');
    }
    lone.tell({ type: 'heartbeat-resp', from: '4', to: '1', term: 1, read: 0 });
    lone.tick(10);
    expect(lone.raw.status().role).toBe('follower');
  });
});

describe('timeouts (E8)', () => {
  test.each([
    [0, 10],
    [0.5, 15],
    [0.999, 19],
  ])('with chance %s an election starts after %i ticks', (random, ticks) => {
    const lone = new Lone({ settings: { random: () => random } });
    lone.tick(ticks - 1);
    expect(lone.raw.status().role).toBe('follower');
    lone.tick(1);
    expect(lone.raw.status().role).toBe('pre-candidate');
  });

  test('the timeout is drawn anew for every attempt', () => {
    let draws = 0;
    const lone = new Lone({ settings: { random: () => (draws += 1) && 0 } });
    const before = draws;
    lone.tick(10);
    const afterFirst = draws;
    lone.tick(10);
    expect(afterFirst).toBeGreaterThan(before);
    expect(draws).toBeGreaterThan(afterFirst);
  });

  test('the leader is forgotten with an own election, and with a new term', () => {
    const lone = new Lone();
    lone.tell(heartbeat);
    lone.raw.campaign();
    expect(lone.raw.status().leader).toBeNull();
    lone.tell(heartbeat);
    lone.tell({ ...heartbeat, term: 2, from: '3' });
    expect(lone.raw.status()).toMatchObject({ leader: '3', term: 2 });
  });

  test('who cannot be elected forgets a leader that is silent, too', () => {
    const lone = new Lone({ conf: confOf(['2', '3'], ['1']) });
    lone.tell(heartbeat);
    lone.tick(9);
    expect(lone.raw.status().leader).toBe('2');
    lone.tick(1);
    expect(lone.raw.status()).toMatchObject({ role: 'follower', leader: null, term: 1 });
  });
});

describe('transfer (E9)', () => {
  test('goes to a target that has everything at once, and stops proposals', () => {
    const lone = new Lone();
    lone.lead();
    lone.ack('2', 1);
    lone.raw.transferLeader('2');
    expect(ofType(lone.settle(), 'timeout-now')).toMatchObject([{ to: '2' }]);
    expect(lone.raw.propose([])).toEqual({ kind: 'refused', reason: 'transferring' });
    expect(lone.raw.status().pendingTransfer).toBe('2');
  });

  test('waits for a target that is behind', () => {
    const lone = new Lone();
    lone.lead();
    lone.raw.transferLeader('2');
    expect(ofType(lone.settle(), 'timeout-now')).toEqual([]);
    expect(ofType(lone.ack('2', 1), 'timeout-now')).toHaveLength(1);
  });

  test('the target skips pre-vote, and says that the leader has asked', () => {
    const lone = new Lone({ terms: [1], hardState: { term: 1 } });
    lone.tell(heartbeat);
    const sent = lone.tell({ type: 'timeout-now', from: '2', to: '1', term: 1 });
    expect(ofType(sent, 'vote').map((message) => message.transfer)).toEqual([true, true]);
    expect(lone.raw.status()).toMatchObject({ role: 'candidate', term: 2 });
  });

  test.each(['1', '4', '9'])('does not go to itself, a learner or a stranger: %s', (to) => {
    const lone = new Lone({ conf: confOf(['1', '2', '3'], ['4']) });
    lone.lead();
    lone.raw.transferLeader(to);
    expect(lone.raw.status().pendingTransfer).toBeNull();
  });

  test('is given up when the target is removed', () => {
    const lone = new Lone();
    lone.lead();
    lone.raw.transferLeader('2');
    lone.raw.applyConfChange({ transition: 'auto', changes: [{ type: 'remove', id: '2' }], context: new Uint8Array(0) });
    expect(lone.raw.status().pendingTransfer).toBeNull();
  });
});

describe('who may not stand for election', () => {
  test.each([
    ['a learner', confOf(['2', '3'], ['1'])],
    ['a node that is not a member', confOf(['2', '3'])],
    ['a node that knows of nobody yet', confOf([])],
  ])('%s does not', (_, conf) => {
    const lone = new Lone({ conf });
    lone.raw.campaign();
    expect(lone.tick(50)).toEqual([]);
    expect(lone.raw.status()).toMatchObject({ role: 'follower', term: 0 });
  });

  test('but a learner that is asked votes: it may have been promoted without knowing (E10)', () => {
    const lone = new Lone({ conf: confOf(['2', '3'], ['1']) });
    expect(lone.tell(vote)).toMatchObject([{ type: 'vote-resp', granted: true }]);
  });

  test('a transfer does not make a node stand that has a configuration change to apply (E11)', () => {
    const cluster = new Cluster({ conf: confOf(['1', '2', '3']) });
    cluster.elect('1');
    const two = cluster.node('2');
    two.applyHeld = true;
    cluster.node('1').raw.proposeConfChange({ transition: 'auto', changes: [{ type: 'remove', id: '3' }], context: new Uint8Array(0) });
    cluster.stabilize();
    const { term } = two.raw.status();
    two.step({ type: 'timeout-now', from: '1', to: '2', term });
    expect(two.raw.status()).toMatchObject({ role: 'follower', term });
    two.applyAll();
    two.step({ type: 'timeout-now', from: '1', to: '2', term });
    expect(two.raw.status().role).toBe('candidate');
  });

  test('after a restart, neither (E11): the stored commit index tells that the change is committed', () => {
    const cluster = new Cluster({ conf: confOf(['1', '2', '3']) });
    cluster.elect('1');
    const two = cluster.node('2');
    two.applyHeld = true;
    cluster.node('1').raw.proposeConfChange({ transition: 'auto', changes: [{ type: 'remove', id: '3' }], context: new Uint8Array(0) });
    cluster.stabilize();
    two.crash();
    two.restart();
    two.raw.campaign();
    expect(two.raw.status().role).toBe('follower');
  });
});

describe('what votes tell of the commit index', () => {
  test('a voter with that entry takes it over, whatever it thinks of the vote', () => {
    const lone = new Lone({ terms: [1, 1, 2], hardState: { term: 5 } });
    lone.tell({ type: 'pre-vote', from: '2', to: '1', term: 2, lastIndex: 2, lastTerm: 1, commit: { index: 2, term: 1 } });
    expect(lone.raw.status().commit).toBe(2);
  });

  test('one with another entry there, or none, does not', () => {
    const lone = new Lone({ terms: [1, 1, 2], hardState: { term: 5 } });
    for (const commit of [
      { index: 3, term: 3 },
      { index: 4, term: 2 },
    ]) {
      lone.tell({ type: 'pre-vote', from: '2', to: '1', term: 2, lastIndex: 2, lastTerm: 1, commit });
    }
    expect(lone.raw.status().commit).toBe(0);
  });

  test('a candidate that learns of a configuration change stops until it is applied (E11)', () => {
    const change = { transition: 'auto', changes: [{ type: 'remove', id: '3' }], context: new Uint8Array(0) } as const;
    const lone = new Lone({ terms: [1], hardState: { term: 1 } });
    lone.tell({
      type: 'app',
      from: '2',
      to: '1',
      term: 1,
      prevIndex: 1,
      prevTerm: 1,
      commit: 0,
      entries: [{ term: 1, index: 2, type: 'conf-change', data: encodeConfChange(change) }],
    });
    lone.node.applyHeld = true;
    lone.raw.campaign();
    lone.settle();
    lone.tell({ type: 'pre-vote-resp', from: '3', to: '1', term: 2, granted: true });
    expect(lone.raw.status()).toMatchObject({ role: 'candidate', term: 2 });
    lone.tell({ type: 'vote-resp', from: '2', to: '1', term: 2, granted: false, commit: { index: 2, term: 1 } });
    lone.tell({ type: 'vote-resp', from: '3', to: '1', term: 2, granted: true });
    expect(lone.raw.status()).toMatchObject({ role: 'follower', commit: 2 });
  });
});

test('who has granted its vote gives the candidate time to win', () => {
  const lone = new Lone({ hardState: { term: 1 } });
  lone.tick(9);
  lone.tell({ ...vote, lastTerm: 0, term: 1 });
  lone.tick(9);
  expect(lone.raw.status().role).toBe('follower');
});
