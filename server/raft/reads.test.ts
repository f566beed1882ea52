import { describe, expect, test } from 'vitest';
import { Cluster, confOf, text } from './testing/cluster.ts';
import { Lone, ofType } from './testing/lone.ts';

/** A leader of term 1 whose empty entry is committed. */
function leading(options: ConstructorParameters<typeof Lone>[0] = {}): Lone {
  const lone = new Lone(options);
  lone.lead();
  lone.ack('2', 1);
  return lone;
}

function answerRound(lone: Lone, from: string, read: number): void {
  lone.tell({ type: 'heartbeat-resp', from, to: '1', term: 1, read });
}

describe('a read at the leader', () => {
  test('waits for a round of heartbeats that started after it, also right after another round (C1, C4)', () => {
    const lone = leading();
    lone.raw.readIndex(1);
    expect(ofType(lone.settle(), 'heartbeat').map((message) => message.read)).toEqual([1, 1]);
    lone.raw.readIndex(2);
    // The answer to round 1 comes after read 2 was asked for, and says nothing about it.
    answerRound(lone, '2', 1);
    expect(lone.node.readStates).toEqual([{ requestId: 1, index: 1 }]);
    answerRound(lone, '2', 2);
    expect(lone.node.readStates.map((state) => state.requestId)).toEqual([1, 2]);
  });

  test('gets the commit index of the moment when it was asked for (C1)', () => {
    const lone = leading();
    lone.raw.propose([text('a')]);
    lone.settle();
    lone.raw.readIndex(1);
    lone.settle();
    lone.ack('2', 2);
    answerRound(lone, '2', 1);
    expect(lone.node.readStates).toEqual([{ requestId: 1, index: 1 }]);
  });

  test('waits for a commit in the own term, and gets that index (C1)', () => {
    const lone = new Lone();
    lone.lead();
    lone.raw.readIndex(1);
    expect(ofType(lone.tick(1), 'heartbeat').map((message) => message.read)).toEqual([0, 0]);
    answerRound(lone, '2', 0);
    expect(lone.node.readStates).toEqual([]);
    expect(ofType(lone.ack('2', 1), 'heartbeat').map((message) => message.read)).toEqual([1, 1]);
    answerRound(lone, '3', 1);
    expect(lone.node.readStates).toEqual([{ requestId: 1, index: 1 }]);
  });

  test('is repeated with the heartbeats of the clock until it is answered', () => {
    const lone = leading();
    lone.raw.readIndex(1);
    lone.settle();
    expect(ofType(lone.tick(1), 'heartbeat').map((message) => message.read)).toEqual([1, 1]);
    answerRound(lone, '3', 1);
    expect(ofType(lone.tick(1), 'heartbeat').map((message) => message.read)).toEqual([0, 0]);
  });

  test('is answered by itself when it is the only voter', () => {
    const lone = new Lone({ conf: confOf(['1']) });
    lone.raw.campaign();
    lone.settle();
    lone.raw.readIndex(9);
    lone.settle();
    expect(lone.node.readStates).toEqual([{ requestId: 9, index: 1 }]);
  });

  test('is not answered by learners', () => {
    const lone = leading({ conf: confOf(['1', '2', '3'], ['4']) });
    lone.raw.readIndex(1);
    lone.settle();
    answerRound(lone, '4', 1);
    expect(lone.node.readStates).toEqual([]);
  });

  test('is lost when it stops leading, early reads included', () => {
    const lone = leading();
    lone.raw.readIndex(1);
    lone.settle();
    lone.tell({ type: 'heartbeat', from: '2', to: '1', term: 2, commit: 1, read: 0 });
    expect(lone.node.readsLost).toEqual([1]);
    const early = new Lone();
    early.lead();
    early.raw.readIndex(2);
    early.tell({ type: 'heartbeat', from: '2', to: '1', term: 2, commit: 0, read: 0 });
    expect(early.node.readsLost).toEqual([2]);
  });

  test('is bounded, and answered as lost beyond the bound (C3)', () => {
    const lone = leading({ settings: { pendingReadsMax: 2 } });
    for (const id of [1, 2, 3]) lone.raw.readIndex(id);
    expect(ofType(lone.tell({ type: 'read-index', from: '2', to: '1', term: 1, session: 5, request: 6 }), 'read-index-resp')).toMatchObject(
      [{ to: '2', session: 5, request: 6, rejected: true }],
    );
    expect(lone.node.readsLost).toEqual([3]);
    expect(lone.raw.status().pendingReads).toBe(2);
  });

  test('of two members with the same numbers are kept apart (C2)', () => {
    const lone = leading();
    lone.node.step({ type: 'read-index', from: '2', to: '1', term: 1, session: 5, request: 1 });
    lone.settle();
    lone.node.step({ type: 'read-index', from: '3', to: '1', term: 1, session: 6, request: 1 });
    lone.settle();
    lone.node.step({ type: 'heartbeat-resp', from: '2', to: '1', term: 1, read: 1 });
    expect(ofType(lone.settle(), 'read-index-resp').map((message) => message.to)).toEqual(['2']);
    lone.node.step({ type: 'heartbeat-resp', from: '2', to: '1', term: 1, read: 2 });
    expect(ofType(lone.settle(), 'read-index-resp').map((message) => message.to)).toEqual(['3']);
  });
});

describe('a read at a follower', () => {
  const heartbeat = { type: 'heartbeat', from: '2', to: '1', term: 1, commit: 0, read: 0 } as const;

  function following(options: ConstructorParameters<typeof Lone>[0] = {}): Lone {
    const lone = new Lone(options);
    lone.tell(heartbeat);
    return lone;
  }

  test('is passed on, and its answer comes back under the id of the shell (C3)', () => {
    const lone = following();
    lone.raw.readIndex(77);
    const [asked] = ofType(lone.settle(), 'read-index');
    expect(asked).toMatchObject({ to: '2' });
    const { session = 0, request = 0 } = asked ?? {};
    const answer = { type: 'read-index-resp', from: '2', to: '1', term: 1, session, request, rejected: false, index: 5 } as const;
    lone.tell(answer);
    lone.tell(answer);
    expect(lone.node.readStates).toEqual([{ requestId: 77, index: 5 }]);
  });

  test('takes no answer that was meant for the process before it (C2)', () => {
    let dice = 0;
    const lone = following({ settings: { random: () => (dice += 0.001) } });
    lone.raw.readIndex(1);
    const [before] = ofType(lone.settle(), 'read-index');
    lone.node.crash();
    lone.node.restart();
    lone.tell(heartbeat);
    lone.raw.readIndex(2);
    const [after] = ofType(lone.settle(), 'read-index');
    expect(after?.request).toBe(before?.request);
    const { session = 0, request = 0 } = before ?? {};
    lone.tell({ type: 'read-index-resp', from: '2', to: '1', term: 1, session, request, rejected: false, index: 1 });
    expect(lone.node.readStates).toEqual([]);
  });

  test('is lost at once without a leader, and beyond the bound (C3)', () => {
    const lone = new Lone({ settings: { pendingReadsMax: 1 } });
    lone.raw.readIndex(1);
    lone.settle();
    lone.tell(heartbeat);
    lone.raw.readIndex(2);
    lone.raw.readIndex(3);
    lone.settle();
    expect(lone.node.readsLost).toEqual([1, 3]);
  });

  test.each([
    ['a new leader', { ...heartbeat, from: '3', term: 2 }],
    ['a new term of the same leader', { ...heartbeat, term: 2 }],
  ])('is lost with %s (C3)', (_, message) => {
    const lone = following();
    lone.raw.readIndex(1);
    lone.settle();
    lone.tell(message);
    expect(lone.node.readsLost).toEqual([1]);
  });

  test('is lost when it stands for election, when it is refused, and when no answer comes (C3)', () => {
    const standing = following();
    standing.raw.readIndex(1);
    standing.raw.campaign();
    standing.settle();
    expect(standing.node.readsLost).toEqual([1]);

    const refused = following();
    refused.raw.readIndex(2);
    const [asked] = ofType(refused.settle(), 'read-index');
    refused.tell({
      type: 'read-index-resp',
      from: '2',
      to: '1',
      term: 1,
      session: asked?.session ?? 0,
      request: asked?.request ?? 0,
      rejected: true,
      index: 0,
    });
    expect(refused.node.readsLost).toEqual([2]);

    const waiting = following();
    waiting.raw.readIndex(3);
    for (let i = 0; i < 10; i += 1) {
      expect(waiting.node.readsLost).toEqual([]);
      waiting.tick(1);
      waiting.tell(heartbeat);
    }
    expect(waiting.node.readsLost).toEqual([3]);
  });

  test('that does not lead says so to whoever asks it', () => {
    const lone = following();
    expect(lone.tell({ type: 'read-index', from: '3', to: '1', term: 1, session: 1, request: 2 })).toMatchObject([
      { type: 'read-index-resp', to: '3', rejected: true },
    ]);
  });
});

test('a deposed leader answers no read with its old state (C1)', () => {
  const cluster = new Cluster({ conf: confOf(['1', '2', '3']) });
  const old = cluster.elect('1');
  cluster.isolate('1');
  for (const id of ['2', '3']) for (let i = 0; i < 12; i += 1) cluster.node(id).raw.tick();
  cluster.stabilize();
  cluster.elect('2').raw.propose([text('new')]);
  cluster.stabilize();
  expect(cluster.node('2').raw.status().role).toBe('leader');
  old.raw.readIndex(1);
  cluster.stabilize();
  cluster.heal();
  cluster.tick('1');
  expect([old.readStates, old.readsLost]).toEqual([[], [1]]);
});

test('the applied index, which tokens are made of, is told (C5)', () => {
  const cluster = new Cluster({ conf: confOf(['1']) });
  const leader = cluster.elect('1');
  leader.applyHeld = true;
  leader.raw.propose([text('a')]);
  cluster.stabilize();
  expect(leader.raw.status()).toMatchObject({ commit: 3, applied: 2 });
  leader.applyAll();
  expect(leader.raw.status().applied).toBe(3);
});
