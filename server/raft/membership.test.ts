import { describe, expect, test } from 'vitest';
import { Cluster, confOf, text } from './testing/cluster.ts';
import { describeConf } from './testing/describe.ts';
import { Lone } from './testing/lone.ts';
import type { ConfChange, ConfChangeSingle, PeerId, ProposeResult } from './types.ts';

function change(...changes: ConfChangeSingle[]): ConfChange {
  return { transition: 'auto', changes, context: text('') };
}
const addVoter = (id: PeerId): ConfChangeSingle => ({ type: 'add-voter', id });
const addLearner = (id: PeerId): ConfChangeSingle => ({ type: 'add-learner', id });
const remove = (id: PeerId): ConfChangeSingle => ({ type: 'remove', id });

function reason(result: ProposeResult): string {
  return result.kind === 'refused' ? result.reason : 'accepted';
}

function confAt(cluster: Cluster, id: PeerId): string {
  return describeConf(cluster.node(id).raw.status().confState);
}

describe('proposing a change', () => {
  test('waits for a commit in the own term (M2)', () => {
    const lone = new Lone();
    lone.lead();
    expect(reason(lone.raw.proposeConfChange(change(addVoter('4'))))).toBe('no-entry-of-own-term');
    lone.ack('2', 1);
    expect(reason(lone.raw.proposeConfChange(change(addVoter('4'))))).toBe('accepted');
  });

  test('waits until the one before is applied (M1)', () => {
    const cluster = new Cluster({ conf: confOf(['1', '2', '3']) });
    const leader = cluster.elect('1');
    leader.applyHeld = true;
    expect(reason(leader.raw.proposeConfChange(change(addLearner('4'))))).toBe('accepted');
    expect(reason(leader.raw.proposeConfChange(change(addLearner('5'))))).toBe('change-pending');
    cluster.stabilize();
    expect(leader.raw.status().commit).toBe(3);
    expect(reason(leader.raw.proposeConfChange(change(addLearner('5'))))).toBe('change-pending');
    leader.applyAll();
    expect(reason(leader.raw.proposeConfChange(change(addLearner('5'))))).toBe('accepted');
  });

  test('a new leader takes its whole tail for possibly pending, also when it has committed in its term (M1)', () => {
    const lone = new Lone({ terms: [1, 1], hardState: { term: 1 } });
    lone.node.applyHeld = true;
    lone.lead();
    lone.ack('2', 3);
    expect(lone.raw.status()).toMatchObject({ commit: 3, applied: 0 });
    expect(reason(lone.raw.proposeConfChange(change(addLearner('4'))))).toBe('change-pending');
    lone.node.applyAll();
    expect(reason(lone.raw.proposeConfChange(change(addLearner('4'))))).toBe('accepted');
  });

  test.each<[string, ConfChange]>([
    ['not-in-joint', change()],
    ['invalid-change', change(remove('1'), remove('2'), remove('3'))],
  ])('is refused when it cannot be: %s', (expected, impossible) => {
    const cluster = new Cluster({ conf: confOf(['1', '2', '3']) });
    expect(reason(cluster.elect('1').raw.proposeConfChange(impossible))).toBe(expected);
  });

  test('is refused by a follower, and while leadership is handed over', () => {
    const cluster = new Cluster({ conf: confOf(['1', '2', '3']) });
    const leader = cluster.elect('1');
    expect(reason(cluster.node('2').raw.proposeConfChange(change(addLearner('4'))))).toBe('not-leader');
    leader.raw.transferLeader('2');
    expect(reason(leader.raw.proposeConfChange(change(addLearner('4'))))).toBe('transferring');
  });
});

describe('a change', () => {
  test('takes effect on every member when it is applied, not before (M4)', () => {
    const cluster = new Cluster({ conf: confOf(['1', '2', '3']) });
    const leader = cluster.elect('1');
    cluster.node('2').applyHeld = true;
    leader.raw.proposeConfChange(change(remove('3')));
    cluster.stabilize();
    expect([confAt(cluster, '1'), confAt(cluster, '2')]).toEqual(['voters=(1 2)', 'voters=(1 2 3)']);
    cluster.node('2').applyAll();
    expect(confAt(cluster, '2')).toBe('voters=(1 2)');
  });

  test('of several voters needs both halves, and is left by itself (M3)', () => {
    const cluster = new Cluster({ conf: confOf(['1', '2', '3'], ['4', '5']) });
    const leader = cluster.elect('1');
    cluster.isolate('4');
    cluster.isolate('5');
    leader.raw.proposeConfChange(change(addVoter('4'), addVoter('5'), remove('2'), remove('3')));
    cluster.stabilize();
    // Entering is decided by the old voters, leaving by both.
    expect(confAt(cluster, '1')).toBe('voters=(1 4 5)&&(1 2 3) auto-leave');
    expect(reason(leader.raw.proposeConfChange(change(addLearner('6'))))).toBe('change-pending');
    leader.raw.propose([text('stuck')]);
    cluster.stabilize();
    expect(leader.raw.status().commit).toBeLessThan(leader.raw.status().lastIndex);
    cluster.heal();
    cluster.tick('1', 2);
    expect(confAt(cluster, '4')).toBe('voters=(1 4 5)');
    expect(leader.raw.status().commit).toBe(leader.raw.status().lastIndex);
  });

  test('is completed by a new leader when the one that began it is gone (M3)', () => {
    const cluster = new Cluster({ conf: confOf(['1', '2', '3'], ['4']) });
    const leader = cluster.elect('1');
    leader.raw.proposeConfChange(change(addVoter('4'), remove('3')));
    // Everybody applies the joint configuration; the leader dies before it has sent the leaving.
    for (const id of ['1', '2', '3', '4']) cluster.takeReady(id);
    cluster.cuts.clear();
    while (confAt(cluster, '1') === 'voters=(1 2 3) learners=(4)') {
      cluster.stepOnce();
    }
    cluster.crashAndDrop('1');
    for (let i = 0; i < 40; i += 1) {
      for (const id of ['2', '3', '4']) cluster.tick(id);
    }
    expect(confAt(cluster, '2')).toBe('voters=(1 2 4)');
  });

  test('waits with leaving until a transfer is given up', () => {
    const cluster = new Cluster({ conf: confOf(['1', '2', '3'], ['4']) });
    const leader = cluster.elect('1');
    leader.raw.proposeConfChange(change(addVoter('4'), remove('3')));
    cluster.cut(['1'], ['2']);
    leader.raw.transferLeader('2');
    cluster.stabilize();
    expect(confAt(cluster, '1')).toBe('voters=(1 2 4)&&(1 2 3) auto-leave');
    expect(leader.raw.status().lastIndex).toBe(leader.raw.status().applied);
    cluster.heal();
    cluster.node('2').crash();
    cluster.tick('1', 12);
    expect(leader.raw.status()).toMatchObject({ role: 'leader', pendingTransfer: null });
    expect(confAt(cluster, '1')).toBe('voters=(1 2 4)');
  });

  test('that makes the quorum smaller commits and confirms what had waited for it', () => {
    const lone = new Lone({ conf: confOf(['1', '2']) });
    lone.lead(['2']);
    lone.ack('2', 1);
    lone.raw.propose([text('a')]);
    lone.raw.readIndex(7);
    lone.settle();
    expect([lone.raw.status().commit, lone.node.readStates]).toEqual([1, []]);
    lone.raw.applyConfChange(change(remove('2')));
    lone.settle();
    expect([lone.raw.status().commit, lone.node.readStates]).toEqual([2, [{ requestId: 7, index: 1 }]]);
  });

  test('that the state machine rejects changes nothing', () => {
    const lone = new Lone({ conf: confOf(['1']) });
    expect(lone.raw.applyConfChange(null)).toEqual(confOf(['1']));
  });

  test('that is impossible when it is applied stops the group', () => {
    const lone = new Lone();
    expect(() => lone.raw.applyConfChange(change())).toThrow(/not-in-joint/);
  });
});

describe('members', () => {
  test('that join receive everything as learners, do not count, and count once they are promoted (M5)', () => {
    const cluster = new Cluster({ conf: confOf(['1']) });
    const leader = cluster.elect('1');
    leader.raw.propose([text('before')]);
    cluster.stabilize();
    leader.checkpoint();
    cluster.add('2');
    leader.raw.proposeConfChange(change(addLearner('2')));
    cluster.stabilize();
    leader.checkpoint();
    cluster.tick('1');
    const { commit } = leader.raw.status();
    expect(leader.raw.status().progress?.get('2')).toMatchObject({ match: commit, learner: true });
    // Without the learner everything goes on.
    cluster.isolate('2');
    leader.raw.propose([text('alone')]);
    cluster.stabilize();
    expect(leader.raw.status().commit).toBe(commit + 1);
    cluster.heal();
    leader.raw.proposeConfChange(change(addVoter('2')));
    cluster.stabilize();
    cluster.tick('1');
    cluster.isolate('2');
    leader.raw.propose([text('together')]);
    cluster.stabilize();
    expect(leader.raw.status().commit).toBeLessThan(leader.raw.status().lastIndex);
  });

  test('that were just added do not cost the leader its quorum', () => {
    const lone = new Lone({ conf: confOf(['1']) });
    lone.raw.campaign();
    lone.settle();
    lone.raw.applyConfChange(change(addVoter('2')));
    lone.tick(10);
    expect(lone.raw.status().role).toBe('leader');
    lone.tick(10);
    expect(lone.raw.status().role).toBe('follower');
  });

  test('are no leaders any more when they are removed or demoted, from the moment of applying (M6)', () => {
    for (const last of [remove('1'), addLearner('1')]) {
      const cluster = new Cluster({ conf: confOf(['1', '2', '3']) });
      const leader = cluster.elect('1');
      leader.applyHeld = true;
      leader.raw.proposeConfChange(change(last));
      cluster.stabilize();
      expect(leader.raw.status().role).toBe('leader');
      leader.applyAll();
      expect(leader.raw.status()).toMatchObject({ role: 'follower', removed: last.type === 'remove' });
      expect(reason(leader.raw.propose([text('x')]))).toBe(last.type === 'remove' ? 'removed' : 'not-leader');
      leader.raw.campaign();
      cluster.tick('1', 30);
      expect(leader.raw.status().role).toBe('follower');
    }
  });

  test('that lead while they are on their way out do not count themselves (M6)', () => {
    const conf = { ...confOf(['2', '3']), votersOutgoing: ['1', '2', '3'] };
    const cluster = new Cluster({ conf });
    const leader = cluster.add('1', conf);
    cluster.elect('1');
    cluster.isolate('3');
    leader.raw.propose([text('a')]);
    cluster.stabilize();
    // 1 and 2 are a majority of (1 2 3), but 2 alone is none of (2 3).
    expect(leader.raw.status().commit).toBeLessThan(leader.raw.status().lastIndex);
  });

  test('that are still to join are not removed ones', () => {
    expect(new Lone({ conf: confOf([]) }).raw.status().removed).toBe(false);
    expect(new Lone({ conf: confOf(['2']) }).raw.status().removed).toBe(true);
    expect(new Lone({ conf: confOf(['2'], ['1']) }).raw.status().removed).toBe(false);
  });
});
