import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatToken } from '../contract/token.ts';
import { Session } from './session.ts';
import type { SessionState } from './session.ts';

const cluster = 'aaaaaaaa.00000001';
const restored = 'aaaaaaaa.00000002';
const other = 'bbbbbbbb.00000001';

/** The term of an index in the one log of a history: never falls, and differs between histories. */
function termOf(history: string, index: number): number {
  return 1 + Math.floor(index / 7) + (history === restored ? 100 : 0);
}

const seen = fc.record({
  history: fc.constantFrom(cluster, restored, other),
  group: fc.constantFrom('', 'payments='),
  index: fc.integer({ min: 1, max: 60 }),
});

function textOf({ history, group, index }: { readonly history: string; readonly group: string; readonly index: number }): string {
  return `${history}/${group}${termOf(history, index)}:${index}`;
}

function indexes(session: Session): Map<string, bigint> {
  return new Map(session.token.map(({ history, group, index }) => [`${history}/${group}`, index]));
}

describe('monotonicity', () => {
  test('never lowers any element, in whatever order answers come', () => {
    fc.assert(
      fc.property(fc.array(seen, { maxLength: 40 }), (answers) => {
        const session = new Session();
        for (const answer of answers) {
          const before = indexes(session);
          expect(session.observe(textOf(answer)).kind).toBe('kept');
          const after = indexes(session);
          for (const [log, index] of before) expect(after.get(log) ?? -1n).toBeGreaterThanOrEqual(index);
        }
      }),
    );
  });

  test('holds the highest index of each log in the end', () => {
    fc.assert(
      fc.property(fc.array(seen, { minLength: 1, maxLength: 40 }), (answers) => {
        const session = new Session();
        for (const answer of answers) session.observe(textOf(answer));
        const expected = new Map<string, bigint>();
        for (const { history, group, index } of answers) {
          const log = `${history}/${group === '' ? 'default' : 'payments'}`;
          expected.set(log, BigInt(Math.max(index, Number(expected.get(log) ?? 0n))));
        }
        expect(indexes(session)).toEqual(expected);
      }),
    );
  });

  test('comes to the same whether answers are taken one by one or through another session', () => {
    fc.assert(
      fc.property(fc.array(seen, { maxLength: 20 }), fc.array(seen, { maxLength: 20 }), (here, there) => {
        const [direct, first, second] = [new Session(), new Session(), new Session()];
        for (const answer of [...here, ...there]) direct.observe(textOf(answer));
        for (const answer of here) first.observe(textOf(answer));
        for (const answer of there) second.observe(textOf(answer));
        first.import(second.export());
        expect(first.export()).toEqual(direct.export());
      }),
    );
  });

  test('keeps what it has when an answer contradicts it, or is no token', () => {
    const session = new Session();
    session.observe(`${cluster}/5:42`);
    expect(session.observe(`${cluster}/6:40`).kind).toBe('conflict');
    expect(session.observe('5:0').kind).toBe('malformed');
    expect(session.observe('').kind).toBe('malformed');
    expect(session.export().token).toBe(`${cluster}/5:42`);
  });
});

describe('dropping a history', () => {
  test('takes out every element of that history and no other', () => {
    const session = new Session({ token: `${cluster}/5:42,${cluster}/payments=3:7,${other}/2:9`, clock: null });
    expect(session.drop(cluster)).toBe('5:42,payments=3:7');
    expect(session.export().token).toBe(`${other}/2:9`);
    expect(session.drop(cluster)).toBeNull();
  });

  test('then believes the answer that contradicted what is gone now', () => {
    const session = new Session({ token: `${cluster}/5:42`, clock: null });
    session.observe(`${cluster}/6:40`);
    session.drop(cluster);
    expect(session.export().token).toBe(`${cluster}/6:40`);
  });
});

describe('keeping', () => {
  test('saves every rise and goes on from what was saved', () => {
    const saved: SessionState[] = [];
    const storage = { load: () => saved.at(-1) ?? null, save: (state: SessionState) => void saved.push(state) };
    const session = Session.over(storage);
    session.observe(`${cluster}/5:42`);
    session.observe(`${cluster}/5:41`);
    session.observeClock('1700000000000-0001-n1');
    session.observeClock('1600000000000-0001-n1');
    expect(saved).toEqual([
      { token: `${cluster}/5:42`, clock: null },
      { token: `${cluster}/5:42`, clock: '1700000000000-0001-n1' },
    ]);
    expect(Session.over(storage).export()).toEqual(saved.at(-1));
  });

  test('forgets what cannot be read', () => {
    expect(Session.over({ load: () => ({ token: 'nonsense', clock: null }), save: () => undefined }).export().token).toBe('0:0');
  });

  test('lets a fork go its own way', () => {
    const session = new Session({ token: `${cluster}/5:42`, clock: null });
    const fork = session.fork();
    fork.observe(`${cluster}/5:50`);
    expect(session.export().token).toBe(`${cluster}/5:42`);
    expect(fork.export().token).toBe(`${cluster}/5:50`);
  });

  test('stays within what a token can name by letting go of silent histories', () => {
    const session = new Session();
    for (let lineage = 1; lineage <= 70; lineage++) session.observe(`aaaaaaaa.${lineage.toString(16).padStart(8, '0')}/1:${lineage}`);
    expect(session.token.length).toBeLessThanOrEqual(64);
    expect(formatToken(session.token)).toContain('aaaaaaaa.00000046/1:70');
  });
});
