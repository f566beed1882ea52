import { describe, expect, test } from 'vitest';
import { confOf } from './testing/cluster.ts';
import { Lone, ofType } from './testing/lone.ts';
import type { Message } from './types.ts';

describe('a snapshot whose leader has lost its term meanwhile', () => {
  const late: Message = { type: 'snap', from: '2', to: '1', term: 3, snapshot: { index: 5, term: 2, confState: confOf(['1', '2', '3']) } };
  const heartbeat: Message = { type: 'heartbeat', from: '3', to: '1', term: 4, commit: 0, read: 0 };

  test('is taken in all the same, its sender told to step down, and the leader of now told how far the log goes (R12)', () => {
    const lone = new Lone({ terms: [1, 1], hardState: { term: 3 } });
    lone.tell(heartbeat);
    const sent = lone.tell(late);
    expect(ofType(sent, 'app-resp')).toMatchObject([
      { to: '2', index: 0, term: 4 },
      { to: '3', index: 5, term: 4, rejected: false },
    ]);
    expect(lone.raw.status()).toMatchObject({
      role: 'follower',
      leader: '3',
      term: 4,
      firstIndex: 6,
      lastIndex: 5,
      commit: 5,
      applied: 5,
    });
  });

  test('drops no entry that the leader of now was told of: the log has the position', () => {
    const lone = new Lone({ terms: [1, 1, 1, 1, 2, 2], hardState: { term: 4 } });
    lone.tell(heartbeat);
    lone.node.step(late);
    expect(lone.node.takeReady().snapshot).toBeUndefined();
    expect(lone.raw.status()).toMatchObject({ lastIndex: 6, commit: 5 });
  });

  test('ends a candidacy of its receiver, whose vote stays given', () => {
    const lone = new Lone({ hardState: { term: 3 } });
    lone.raw.campaign();
    lone.settle();
    lone.tell({ type: 'pre-vote-resp', from: '2', to: '1', term: 4, granted: true });
    expect(lone.raw.status()).toMatchObject({ role: 'candidate', term: 4 });
    lone.tell(late);
    expect(lone.raw.status()).toMatchObject({ role: 'follower', term: 4, lastIndex: 5 });
    expect(lone.node.storage.hardState).toMatchObject({ term: 4, vote: '1' });
  });

  test('tells a leader nothing, and one that has committed as much nothing either', () => {
    const leader = new Lone({ terms: [1, 1], hardState: { term: 3 } });
    leader.lead();
    expect(ofType(leader.tell(late), 'app-resp')).toMatchObject([{ to: '2', index: 0 }]);
    expect(leader.raw.status()).toMatchObject({ role: 'leader', lastIndex: 3, commit: 0 });
    const further = new Lone({ terms: [1, 1, 1, 1, 2, 2], hardState: { term: 4, commit: 5 } });
    further.settle();
    expect(ofType(further.tell(late), 'app-resp')).toMatchObject([{ to: '2', index: 0 }]);
  });
});
