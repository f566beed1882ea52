import { describe, expect, test } from 'vitest';
import { Cluster, confOf, text } from './testing/cluster.ts';
import { entriesOf, Lone, ofType } from './testing/lone.ts';
import type { Message } from './types.ts';

function reject(from: string, term: number, index: number, hintIndex: number, hintTerm: number): Message {
  return { type: 'app-resp', from, to: '1', term, index, rejected: true, hintIndex, hintTerm };
}

describe('a leader', () => {
  test('appends an empty entry when it is elected (R2)', () => {
    const lone = new Lone({ terms: [1, 1], hardState: { term: 1 } });
    const sent = ofType(lone.lead(), 'app');
    expect(sent).toHaveLength(2);
    expect(sent[0]).toMatchObject({ prevIndex: 2, prevTerm: 1, entries: [{ term: 2, index: 3, type: 'normal', data: new Uint8Array(0) }] });
  });

  test('does not commit entries of an earlier term by counting (R1)', () => {
    const lone = new Lone({ terms: [1, 1], hardState: { term: 1 } });
    lone.lead();
    lone.ack('2', 2);
    lone.ack('3', 2);
    expect(lone.raw.status().commit).toBe(0);
    lone.ack('2', 3);
    expect(lone.raw.status().commit).toBe(3);
  });

  test('names in a heartbeat no commit index beyond what the receiver has acknowledged (R3)', () => {
    const lone = new Lone();
    lone.lead();
    lone.ack('2', 1);
    expect(ofType(lone.tick(1), 'heartbeat').map((message) => [message.to, message.commit])).toEqual([
      ['2', 1],
      ['3', 0],
    ]);
  });

  test('finds the match with at most one probe per term (R6)', () => {
    // Ours: 1 1 1 4 4 4. The follower has 1 1 1 2 2 3 3: two terms that we do not know.
    const lone = new Lone({ terms: [1, 1, 1, 4, 4, 4], hardState: { term: 4 } });
    lone.lead();
    const follower = new Lone({ id: '2', terms: [1, 1, 1, 2, 2, 3, 3], hardState: { term: 4 } });
    let probes = 0;
    let [probe] = ofType(lone.tick(1), 'app').filter((message) => message.to === '2');
    probe ??= { type: 'app', from: '1', to: '2', term: 5, prevIndex: 6, prevTerm: 4, commit: 0, entries: entriesOf([5], 7) };
    while (probe !== undefined) {
      probes += 1;
      const answers: readonly Message[] = ofType(follower.tell(probe), 'app-resp').filter((message) => message.rejected);
      [probe] = answers.flatMap((answer) => ofType(lone.tell(answer), 'app').filter((message) => message.to === '2'));
    }
    expect(follower.raw.status()).toMatchObject({ lastIndex: 7, lastTerm: 5 });
    expect(probes).toBeLessThanOrEqual(3);
  });

  test('takes no rejection that is out of date (R8)', () => {
    const lone = new Lone({ terms: [1, 1, 1], hardState: { term: 1 } });
    lone.lead();
    lone.ack('2', 4);
    lone.raw.propose([text('a')]);
    lone.settle();
    const before = lone.raw.status().progress?.get('2');
    expect(lone.tell(reject('2', 2, 3, 1, 1))).toEqual([]);
    expect(lone.raw.status().progress?.get('2')).toEqual(before);
  });

  test('takes a reordered acknowledgement without going back (R8)', () => {
    const lone = new Lone({ terms: [1, 1, 1], hardState: { term: 1 } });
    lone.lead();
    lone.ack('2', 4);
    lone.ack('2', 2);
    expect(lone.raw.status().progress?.get('2')).toMatchObject({ match: 4, next: 5 });
  });

  test('stops when somebody acknowledges what it never had', () => {
    const lone = new Lone();
    lone.lead();
    expect(() => lone.ack('2', 9)).toThrow(/beyond the log/);
  });

  test('stops when there is a second one in its term', () => {
    const lone = new Lone();
    lone.lead();
    expect(() => lone.tell({ type: 'heartbeat', from: '2', to: '1', term: 1, commit: 0, read: 0 })).toThrow(/two leaders in term 1/);
  });

  test('ignores whoever is not a member', () => {
    const lone = new Lone();
    lone.lead();
    expect(lone.ack('9', 1)).toEqual([]);
    expect(lone.tell({ type: 'heartbeat-resp', from: '9', to: '1', term: 1, read: 0 })).toEqual([]);
  });

  test('sends what several proposals of a turn have added in one message', () => {
    const lone = new Lone();
    lone.lead();
    lone.ack('2', 1);
    for (const data of ['a', 'b', 'c']) lone.raw.propose([text(data)]);
    const apps = ofType(lone.settle(), 'app').filter((message) => message.to === '2');
    expect(apps.map((message) => message.entries.length)).toEqual([3]);
  });

  test('cuts messages to size, and keeps to the window in messages and in bytes (R7)', () => {
    const bySize = new Lone({ settings: { sizePerMsgBytesMax: 4 } });
    bySize.lead();
    bySize.ack('2', 1);
    bySize.raw.propose([text('aa'), text('bb'), text('cc'), text('dddddd')]);
    const sizes = (lone: Lone): readonly number[] =>
      ofType(lone.settle(), 'app')
        .filter((message) => message.to === '2')
        .map((message) => message.entries.length);
    expect(sizes(bySize)).toEqual([2, 1, 1]);
    const byCount = new Lone({ settings: { sizePerMsgBytesMax: 1, inflightMessagesMax: 2 } });
    byCount.lead();
    byCount.ack('2', 1);
    byCount.raw.propose([text('a'), text('b'), text('c')]);
    expect(sizes(byCount)).toEqual([1, 1]);
    const byBytes = new Lone({ settings: { sizePerMsgBytesMax: 10, inflightBytesMax: 15 } });
    byBytes.lead();
    byBytes.ack('2', 1);
    byBytes.raw.propose([text('aaaaaaaaaa'), text('bbbbbbbbbb'), text('c')]);
    expect(sizes(byBytes)).toEqual([1, 1]);
  });

  test('falls back to probing when the transport reports a loss', () => {
    const lone = new Lone();
    lone.lead();
    lone.ack('2', 1);
    lone.raw.propose([text('a')]);
    lone.settle();
    expect(lone.raw.status().progress?.get('2')).toMatchObject({ state: 'replicate', next: 3 });
    lone.raw.reportUnreachable('2');
    expect(lone.raw.status().progress?.get('2')).toMatchObject({ state: 'probe', next: 2 });
  });

  test('refuses proposals beyond the bound of the uncommitted tail, and takes them again (R9)', () => {
    const lone = new Lone({ settings: { uncommittedBytesMax: 100 } });
    lone.lead();
    lone.ack('2', 1);
    expect(lone.raw.propose([new Uint8Array(500)])).toMatchObject({ kind: 'accepted', firstIndex: 2 });
    expect(lone.raw.propose([new Uint8Array(1)])).toEqual({ kind: 'refused', reason: 'tail-full' });
    expect(lone.raw.status().uncommittedBytes).toBeGreaterThanOrEqual(500);
    lone.settle();
    lone.ack('2', 2);
    expect(lone.raw.status().uncommittedBytes).toBe(0);
    expect(lone.raw.propose([new Uint8Array(1)])).toMatchObject({ kind: 'accepted', term: 1, firstIndex: 3 });
  });

  test('counts empty proposals against the bound too (R9)', () => {
    const lone = new Lone({ settings: { uncommittedBytesMax: 100 } });
    lone.lead();
    const results = Array.from({ length: 50 }, () => lone.raw.propose([new Uint8Array(0)]).kind);
    expect(results).toContain('refused');
  });

  test('takes all data of a proposal or none of it', () => {
    const lone = new Lone({ settings: { uncommittedBytesMax: 100 } });
    lone.lead();
    const before = lone.raw.status().lastIndex;
    expect(lone.raw.propose([new Uint8Array(60), new Uint8Array(60)])).toMatchObject({ kind: 'refused' });
    expect(lone.raw.status().lastIndex).toBe(before);
  });
});

describe('a follower', () => {
  const app = { type: 'app', from: '2', to: '1', term: 2, prevIndex: 0, prevTerm: 0, commit: 0, entries: [] } as const;

  test('commits no further than the message proves (R3)', () => {
    const lone = new Lone({ terms: [1, 1, 1], hardState: { term: 1 } });
    lone.tell({ ...app, prevIndex: 2, prevTerm: 1, commit: 3 });
    expect(lone.raw.status().commit).toBe(2);
  });

  test('writes of an append only what is new (R4)', () => {
    const lone = new Lone({ terms: [1, 1], hardState: { term: 1 } });
    lone.node.step({ ...app, prevIndex: 0, prevTerm: 0, entries: entriesOf([1, 1, 2]) });
    expect(lone.raw.status().durableIndex).toBe(2);
    expect(lone.node.takeReady().entries.map((entry) => entry.index)).toEqual([3]);
  });

  test('takes an append below its commit index as done, whatever is compacted (R4)', () => {
    const lone = new Lone({ terms: [1, 1, 1, 1], hardState: { term: 1, commit: 3 } });
    lone.settle();
    lone.node.checkpoint();
    lone.node.storage.compact(2);
    expect(lone.tell({ ...app, prevIndex: 1, prevTerm: 1, entries: entriesOf([1], 2) })).toMatchObject([
      { type: 'app-resp', index: 3, rejected: false },
    ]);
    expect(lone.raw.status().lastIndex).toBe(4);
  });

  test('answers an append that does not fit with its best guess (R6)', () => {
    const lone = new Lone({ terms: [1, 1, 3, 3], hardState: { term: 3 } });
    expect(lone.tell({ ...app, term: 5, prevIndex: 9, prevTerm: 4 })).toMatchObject([
      { rejected: true, index: 9, hintIndex: 4, hintTerm: 3 },
    ]);
    expect(lone.tell({ ...app, term: 5, prevIndex: 4, prevTerm: 2 })).toMatchObject([
      { rejected: true, index: 4, hintIndex: 2, hintTerm: 1 },
    ]);
  });

  test('stops when told that entries are committed which it has lost (R5, D10)', () => {
    const lone = new Lone({ terms: [1], hardState: { term: 1 } });
    expect(() => lone.tell({ type: 'heartbeat', from: '2', to: '1', term: 2, commit: 5, read: 0 })).toThrow(/regression/);
  });

  test('stops when there are two leaders in a term', () => {
    const lone = new Lone();
    lone.tell(app);
    expect(() => lone.tell({ ...app, from: '3' })).toThrow(/two leaders in term 2/);
  });

  test('follows the leader of its term as a candidate', () => {
    const lone = new Lone({ hardState: { term: 1 } });
    lone.raw.campaign();
    lone.settle();
    lone.tell({ type: 'pre-vote-resp', from: '2', to: '1', term: 2, granted: true });
    expect(lone.raw.status().role).toBe('candidate');
    lone.tell(app);
    expect(lone.raw.status()).toMatchObject({ role: 'follower', leader: '2', term: 2 });
  });
});

describe('snapshots (R10, R12)', () => {
  const conf = confOf(['1', '2', '3']);
  const snap = (index: number, term: number, confState = conf): Message => ({
    type: 'snap',
    from: '2',
    to: '1',
    term: 3,
    snapshot: { index, term, confState },
  });

  test('one at or below the commit index is ignored, and the commit index acknowledged', () => {
    const lone = new Lone({ terms: [1, 1, 1], hardState: { term: 3, commit: 2 } });
    lone.settle();
    lone.node.step(snap(2, 1));
    const ready = lone.node.takeReady();
    expect(ready.snapshot).toBeUndefined();
    expect(lone.settle()).toEqual([]);
    expect(ready.messages).toMatchObject([{ type: 'app-resp', index: 2 }]);
  });

  test('one below what is compacted is ignored too', () => {
    const lone = new Lone({ terms: [1, 1, 1], hardState: { term: 3, commit: 3 } });
    lone.settle();
    lone.node.checkpoint();
    lone.node.storage.compact(3);
    expect(lone.tell(snap(2, 1))).toMatchObject([{ type: 'app-resp', index: 3 }]);
    expect(lone.raw.status()).toMatchObject({ commit: 3, lastIndex: 3 });
  });

  test('one whose position the log has only moves the commit index', () => {
    const lone = new Lone({ terms: [1, 1, 1], hardState: { term: 3 } });
    lone.node.step(snap(2, 1));
    const ready = lone.node.takeReady();
    expect(ready.snapshot).toBeUndefined();
    expect(lone.raw.status()).toMatchObject({ commit: 2, lastIndex: 3 });
  });

  test('any other replaces the whole log and the configuration', () => {
    const lone = new Lone({ terms: [1, 1, 1, 1], hardState: { term: 3, commit: 1 } });
    lone.settle();
    const sent = lone.tell(snap(3, 2, confOf(['1', '2'])));
    expect(sent).toMatchObject([{ type: 'app-resp', index: 3 }]);
    expect(lone.raw.status()).toMatchObject({
      firstIndex: 4,
      lastIndex: 3,
      lastTerm: 2,
      commit: 3,
      applied: 3,
      confState: { voters: ['1', '2'] },
    });
    expect(lone.node.storage.hardState).toMatchObject({ commit: 3 });
  });

  test('one that does not know this member is not taken', () => {
    const lone = new Lone({ hardState: { term: 3 } });
    expect(lone.tell(snap(5, 2, confOf(['2', '3'])))).toMatchObject([{ type: 'app-resp', index: 0 }]);
    expect(lone.raw.status().lastIndex).toBe(0);
  });

  test('a node that is about to install one does not stand for election (E11)', () => {
    const lone = new Lone({ hardState: { term: 3 } });
    lone.node.step(snap(5, 2));
    lone.raw.campaign();
    expect(lone.raw.status().role).toBe('follower');
    lone.settle();
    lone.raw.campaign();
    expect(lone.raw.status().role).toBe('pre-candidate');
  });

  /** A leader with a log from 6 on, and 2 at nothing. */
  function behind(): Cluster {
    const cluster = new Cluster({ conf });
    cluster.elect('1');
    cluster.isolate('3');
    cluster.node('1').raw.propose(['a', 'b', 'c'].map(text));
    cluster.stabilize();
    cluster.node('1').checkpoint();
    cluster.node('1').storage.compact(5);
    cluster.heal();
    return cluster;
  }

  test('any acknowledgement that the log can go on from ends the wait, also one below the snapshot that was announced (R12)', () => {
    const lone = new Lone({ terms: [1, 1, 1, 1, 1], hardState: { term: 1, commit: 5 } });
    lone.settle();
    lone.node.checkpoint();
    lone.node.storage.compact(3);
    lone.lead(['3']);
    const [sent] = ofType(lone.tell(reject('2', 2, 5, 1, 1)), 'snap');
    expect(sent?.snapshot.index).toBe(5);
    const state = (): unknown => lone.raw.status().progress?.get('2')?.state;
    expect(lone.ack('2', 2)).toEqual([]);
    expect(state()).toBe('snapshot');
    expect(ofType(lone.ack('2', 3), 'app')).toMatchObject([{ prevIndex: 3 }]);
    expect(state()).toBe('replicate');
  });

  test('when the log was cut further meanwhile, another snapshot is sent', () => {
    const cluster = behind();
    let cut = false;
    cluster.onDeliver = (message) => {
      if (message.type !== 'snap' || cut) return;
      cut = true;
      const leader = cluster.node('1');
      leader.raw.propose(['d', 'e'].map(text));
      cluster.stabilize(['1', '2']);
      leader.checkpoint();
      leader.storage.compact(7);
    };
    cluster.tick('1', 3);
    expect(cut).toBe(true);
    expect(cluster.node('3').raw.status().applied).toBe(cluster.node('1').raw.status().commit);
  });

  /** 1 leads with the log cut at 3; 2 has acknowledged up to 1, and is probed from there. */
  function probingBelowTheCut(active: boolean): Lone {
    const lone = new Lone({ terms: [1, 1, 1], hardState: { term: 1, commit: 3 } });
    lone.settle();
    lone.lead(['3']);
    lone.ack('2', 1);
    lone.ack('3', 4);
    if (!active) lone.tick(10);
    lone.node.checkpoint();
    lone.node.storage.compact(3);
    lone.raw.reportUnreachable('2');
    lone.raw.propose([text('a')]);
    return lone;
  }

  test('no snapshot is sent to somebody who has not been heard from', () => {
    expect(ofType(probingBelowTheCut(true).settle(), 'snap')).toMatchObject([{ to: '2' }]);
    expect(ofType(probingBelowTheCut(false).settle(), 'snap')).toEqual([]);
  });

  test.each([
    ['too old to go on from', { index: 2, term: 1, confState: conf }],
    ['without the member', { index: 4, term: 2, confState: confOf(['1', '3']) }],
  ])('no snapshot is sent that is %s', (_, snapshot) => {
    const lone = probingBelowTheCut(true);
    lone.node.storage.snapshot = () => snapshot;
    expect(ofType(lone.settle(), 'snap')).toEqual([]);
    expect(lone.raw.status().progress?.get('2')?.state).toBe('probe');
  });
});
