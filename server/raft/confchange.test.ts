import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeConfChange, encodeConfChange } from './confchange-codec.ts';
import { assertConfState, changeConf, emptyConfState, isJoint, members } from './confchange.ts';
import { confOf, text } from './testing/cluster.ts';
import { describeConf } from './testing/describe.ts';
import type { ConfChange, ConfChangeSingle, ConfState } from './types.ts';

/** `v4 r1 joint`: voters, learners, removals. */
function change(words: string): ConfChange {
  const types = { v: 'add-voter', l: 'add-learner', r: 'remove' } as const;
  const all = words.split(' ').filter((word) => word !== '');
  const changes = all
    .filter((word) => word !== 'joint')
    .map((word): ConfChangeSingle => ({ type: types[word[0] as 'v' | 'l' | 'r'], id: word.slice(1) }));
  return { transition: all.includes('joint') ? 'joint' : 'auto', changes, context: text('') };
}

/** The configuration after all changes, or the problem of the first one that is impossible. */
function after(start: ConfState, ...changes: string[]): string {
  let conf = start;
  for (const words of changes) {
    const outcome = changeConf(conf, change(words));
    if (outcome.kind === 'impossible') return outcome.problem;
    conf = outcome.conf;
  }
  return describeConf(conf);
}

const three = confOf(['1', '2', '3']);

describe('changeConf', () => {
  test.each([
    [['v4'], 'voters=(1 2 3 4)'],
    [['r3'], 'voters=(1 2)'],
    [['v1'], 'voters=(1 2 3)'],
    [['r9'], 'voters=(1 2 3)'],
    [['l4'], 'voters=(1 2 3) learners=(4)'],
    [['l4 l5'], 'voters=(1 2 3) learners=(4 5)'],
    [['l4', 'v4'], 'voters=(1 2 3 4)'],
    [['l3'], 'voters=(1 2) learners=(3)'],
    [['l4', 'r4'], 'voters=(1 2 3)'],
    [['l4', 'v4 l5'], 'voters=(1 2 3 4) learners=(5)'],
  ])('changes one voter at a time directly: %j', (changes, expected) => {
    expect(after(three, ...changes)).toBe(expected);
  });

  test.each([
    [['v4 r1'], 'voters=(2 3 4)&&(1 2 3) auto-leave'],
    [['v4 r1', ''], 'voters=(2 3 4)'],
    [['v4 v5'], 'voters=(1 2 3 4 5)&&(1 2 3) auto-leave'],
    [['l1 v4'], 'voters=(2 3 4)&&(1 2 3) learners-next=(1) auto-leave'],
    [['l1 v4', ''], 'voters=(2 3 4) learners=(1)'],
    [['v4 joint'], 'voters=(1 2 3 4)&&(1 2 3) auto-leave'],
    [['l4 joint'], 'voters=(1 2 3)&&(1 2 3) learners=(4) auto-leave'],
    [['r1 v1 joint'], 'voters=(1 2 3)&&(1 2 3) auto-leave'],
    [['r1 l1 joint', ''], 'voters=(2 3) learners=(1)'],
    [['l4', 'v4 r1', ''], 'voters=(2 3 4)'],
  ])('goes through a joint configuration when more than one voter differs, or on request (M3): %j', (changes, expected) => {
    expect(after(three, ...changes)).toBe(expected);
  });

  test.each([
    [[''], 'not-in-joint'],
    [['v4 r1', 'v5'], 'in-joint'],
    [['v4 r1', '', ''], 'not-in-joint'],
    [['r1 r2 r3'], 'invalid-change'],
    [['l1 l2 l3'], 'invalid-change'],
  ])('refuses what would be nobody, or two changes at once: %j', (changes, problem) => {
    expect(after(three, ...changes)).toBe(problem);
  });

  test('does not start from a configuration that knows nobody', () => {
    expect(after(emptyConfState, 'l4')).toBe('invalid-change');
    expect(after(emptyConfState, 'v4 v5')).toBe('invalid-change');
    expect(after(emptyConfState, 'v4')).toBe('voters=(4)');
  });

  test('never leaves two quorums that do not meet, nor a broken configuration, for any sequence', () => {
    const single = fc.record({
      type: fc.constantFrom('add-voter' as const, 'add-learner' as const, 'remove' as const),
      id: fc.constantFrom('1', '2', '3', '4', '5'),
    });
    const any = fc.record({
      transition: fc.constantFrom('auto' as const, 'joint' as const),
      changes: fc.array(single, { maxLength: 4 }),
      context: fc.constant(text('')),
    });
    fc.assert(
      fc.property(fc.array(any, { maxLength: 12 }), (changes) => {
        let conf: ConfState = three;
        for (const one of changes) {
          const outcome = changeConf(conf, one);
          if (outcome.kind === 'impossible') continue;
          assertConfState(outcome.conf);
          expect(disjointQuorums(conf, outcome.conf)).toBeNull();
          // What a joint configuration is left for is what the change asked for.
          if (isJoint(outcome.conf)) expect(outcome.conf.votersOutgoing).toEqual(conf.voters);
          conf = outcome.conf;
        }
      }),
      { numRuns: 300 },
    );
  });
});

/** Two sets of members, one a quorum of each configuration, that share nobody; null when there are none. */
function disjointQuorums(one: ConfState, other: ConfState): string | null {
  const ids = [...new Set([...members(one), ...members(other)])];
  const isQuorum = (conf: ConfState, set: Set<string>): boolean =>
    [conf.voters, conf.votersOutgoing].every((half) => half.length === 0 || half.filter((id) => set.has(id)).length > half.length / 2);
  for (let bits = 0; bits < 2 ** ids.length; bits += 1) {
    const set = new Set(ids.filter((_, i) => (bits >> i) % 2 === 1));
    const rest = new Set(ids.filter((id) => !set.has(id)));
    if (isQuorum(one, set) && isQuorum(other, rest)) return `${[...set].join()} | ${[...rest].join()}`;
  }
  return null;
}

describe('assertConfState', () => {
  test.each<[string, Partial<ConfState>]>([
    ['unsorted lists', { voters: ['2', '1'] }],
    ['a member twice', { voters: ['1', '1'] }],
    ['a learner that votes', { voters: ['1'], learners: ['1'] }],
    ['a future learner that does not vote', { voters: ['1'], votersOutgoing: ['1'], learnersNext: ['2'] }],
    ['a future learner that stays a voter', { voters: ['1'], votersOutgoing: ['1'], learnersNext: ['1'] }],
    ['future learners without a joint configuration', { voters: ['1'], learnersNext: ['2'] }],
    ['auto-leave with nothing to leave', { voters: ['1'], autoLeave: true }],
    ['a joint configuration that leads to nobody', { votersOutgoing: ['1'] }],
  ])('finds %s', (_, parts) => {
    expect(() => assertConfState({ ...emptyConfState, ...parts })).toThrow(/configuration/);
  });
});

describe('the codec of configuration changes', () => {
  test('gives back what it was given', () => {
    const single = fc.record({
      type: fc.constantFrom('add-voter' as const, 'add-learner' as const, 'remove' as const),
      id: fc.string({ minLength: 1, unit: 'binary' }),
    });
    fc.assert(
      fc.property(
        fc.constantFrom('auto' as const, 'joint' as const),
        fc.array(single, { maxLength: 4 }),
        fc.uint8Array({ maxLength: 40 }),
        (transition, changes, context) => {
          const original: ConfChange = { transition, changes, context };
          expect(decodeConfChange(encodeConfChange(original))).toEqual(original);
        },
      ),
    );
  });

  test.each([
    ['{', 'JSON'],
    ['[]', 'object'],
    ['{"transition":"auto","changes":[]}', 'fields'],
    ['{"transition":"auto","changes":[],"context":"","more":1}', 'fields'],
    ['{"transition":"slow","changes":[],"context":""}', 'transition'],
    ['{"transition":"auto","changes":{},"context":""}', 'list'],
    ['{"transition":"auto","changes":[],"context":5}', 'text'],
    ['{"transition":"auto","changes":[],"context":"*"}', 'base64'],
    ['{"transition":"auto","changes":[1],"context":""}', 'no object'],
    ['{"transition":"auto","changes":[{"type":"remove"}],"context":""}', 'fields'],
    ['{"transition":"auto","changes":[{"type":"drop","id":"1"}],"context":""}', 'type'],
    ['{"transition":"auto","changes":[{"type":"remove","id":""}],"context":""}', 'without a member'],
  ])('refuses %s', (data, message) => {
    expect(() => decodeConfChange(text(data))).toThrow(new RegExp(message));
  });

  test('refuses bytes that are no text', () => {
    expect(() => decodeConfChange(Uint8Array.of(0xff, 0xfe))).toThrow(/JSON in UTF-8/);
  });
});
