import { describe, expect, test } from 'vitest';
import { ENTRIES_MAX, Journal, type Standing } from './journal.ts';

function started() {
  const time = { now: 1000 };
  const journal = new Journal('n1', 'default', { nowMs: () => time.now, wallMs: () => 1_700_000_000_000 + time.now });
  return { time, journal };
}

const conf = { voters: ['n1@a', 'n2@b'], learners: [], votersOutgoing: [], learnersNext: [], autoLeave: false };
const standing = (change: Partial<Standing> = {}): Standing => ({
  role: 'follower',
  term: 2,
  leader: 'n2@b',
  commit: 5,
  confState: conf,
  ...change,
});
const entries = (from: number, to: number, term: number) => Array.from({ length: to - from + 1 }, (_, at) => ({ index: from + at, term }));

describe('the steps of an entry', () => {
  test('are told as durations, each as soon as it was taken and not before', () => {
    const { time, journal } = started();
    journal.received(1, entries(6, 7, 2));
    time.now = 1002;
    journal.durable(1);
    time.now = 1005;
    journal.reached(7, 6);
    time.now = 1010;
    expect(journal.report(6).entry).toEqual({
      index: 6,
      term: 2,
      receivedAgoMs: 10,
      durableAgoMs: 8,
      committedAgoMs: 5,
      appliedAgoMs: 5,
    });
    expect(journal.report(7).entry).toMatchObject({ committedAgoMs: 5, appliedAgoMs: null });
    journal.reached(7, 7);
    time.now = 1011;
    expect(journal.report(7).entry).toMatchObject({ committedAgoMs: 6, appliedAgoMs: 1 });
  });

  test('are durable only up to the write that the disk has confirmed', () => {
    const { journal } = started();
    journal.received(1, entries(1, 2, 1));
    journal.received(2, entries(3, 3, 1));
    journal.durable(1);
    expect(journal.report(2).entry?.durableAgoMs).toBe(0);
    expect(journal.report(3).entry?.durableAgoMs).toBeNull();
    journal.durable(2);
    expect(journal.report(3).entry?.durableAgoMs).toBe(0);
  });

  test('begin anew when a leader overwrites the entry', () => {
    const { time, journal } = started();
    journal.received(1, entries(1, 3, 1));
    journal.durable(1);
    time.now = 1500;
    journal.received(2, entries(2, 2, 2));
    expect(journal.report(2).entry).toMatchObject({ term: 2, receivedAgoMs: 0, durableAgoMs: null });
    journal.durable(2);
    expect(journal.report(2).entry).toMatchObject({ durableAgoMs: 0 });
    expect(journal.report(1).entry).toMatchObject({ term: 1, durableAgoMs: 500 });
  });

  test('are not told of an entry that is unknown, or forgotten', () => {
    const { journal } = started();
    journal.received(1, entries(1, ENTRIES_MAX + 1, 1));
    journal.reached(ENTRIES_MAX + 1, ENTRIES_MAX + 1);
    expect(journal.report(1).entry).toBeNull();
    expect(journal.report(2).entry).not.toBeNull();
    expect(journal.report(ENTRIES_MAX + 2).entry).toBeNull();
    expect(journal.report(0).entry).toBeNull();
    expect(journal.report(null).entry).toBeNull();
  });
});

describe('events', () => {
  test('say what changed, in the names of nodes, and nothing twice', () => {
    const { time, journal } = started();
    journal.note('started', standing({ leader: null, term: 1 }), 4);
    journal.note('role', standing(), 4);
    journal.note('role', standing(), 4);
    journal.note('role', standing({ role: 'pre-candidate', leader: null }), 5);
    journal.note('role', standing({ role: 'candidate', leader: null, term: 3 }), 5);
    journal.note('role', standing({ role: 'leader', leader: 'n1@a', term: 3 }), 5);
    journal.note('configuration', standing({ role: 'leader', leader: 'n1@a', term: 3 }), 6);
    time.now = 3000;
    const { events } = journal.report(null);
    expect(events.map(({ kind, role, leader, term }) => [kind, role, leader, term])).toEqual([
      ['started', 'follower', null, 1],
      ['leader', 'follower', 'n2', 2],
      ['leader', 'follower', null, 2],
      ['role', 'candidate', null, 3],
      ['role', 'leader', 'n1', 3],
    ]);
    expect(events[0]).toMatchObject({ ageMs: 2000, at: new Date(1_700_000_001_000).toISOString(), voters: ['n1', 'n2'], index: 4 });
  });

  test('are kept up to a bound, the newest ones', () => {
    const { journal } = started();
    for (let term = 1; term <= 500; term += 1) journal.note('role', standing({ term }), 1);
    const { events } = journal.report(null);
    expect(events.length).toBe(200);
    expect(events.at(-1)?.term).toBe(500);
  });
});
