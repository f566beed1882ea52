/** The judge of seeded runs: one honest run in small, and one mistake in it for every rule. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { RecordedOperation } from '../../server/history/record.ts';
import { mutate } from '../../server/sim/mutant-simulation.ts';
import { judge } from '../nemesis/judge.ts';
import type { Evidence, Finding } from '../nemesis/judge.ts';
import { PROCESS_MUTANTS } from '../nemesis/mutants.ts';

const K = 'ns k';
const L = 'ns l';
const operation = (rest: Record<string, unknown>): RecordedOperation =>
  ({ session: 'c', node: 'n1', key: K, ...rest }) as RecordedOperation;
const put = (value: string, call: number, token: string | null, rest: Record<string, unknown> = {}): RecordedOperation =>
  operation({ op: 'put', value, call, answer: token === null ? null : { outcome: 'written', at: call + 1, token }, ...rest });
const read = (call: number, answer: Record<string, unknown>, rest: Record<string, unknown> = {}): RecordedOperation =>
  operation({ op: 'read', mode: 'linearizable', call, answer: { at: call + 1, ...answer }, ...rest });

/** v1, then v2 and w in one batch, a deletion, and one write that nobody knows of and that took place. */
function honest(): Evidence {
  return {
    operations: [
      put('v1', 10, '1:4'),
      put('v2', 20, '1:5'),
      put('w', 20, '1:5', { key: L }),
      read(30, { outcome: 'found', value: 'v2', version: '1:5', token: '1:5' }),
      operation({ op: 'delete', call: 40, answer: { outcome: 'written', at: 41, token: '1:6' } }),
      read(50, { outcome: 'absent', token: '1:6' }, { session: 'd', mode: 'read-your-writes', minVersion: '1:6' }),
      put('v3', 60, null),
    ],
    refused: new Map([['never', K]]),
    batches: new Map([
      [
        'b',
        [
          { key: K, value: 'v2' },
          { key: L, value: 'w' },
        ],
      ],
    ]),
    watched: [
      {
        consumer: 'consumer',
        since: '1:4',
        resumed: 1,
        events: [
          {
            version: '1:5',
            changes: [
              { key: L, value: 'w', revision: 1 },
              { key: K, value: 'v2', revision: 2 },
            ],
          },
          { version: '1:6', changes: [{ key: K, value: null, revision: 3 }] },
          { version: '1:7', changes: [{ key: K, value: 'v3', revision: 4 }] },
        ],
      },
    ],
    histories: new Map([
      [
        K,
        [
          { revision: 1, version: '1:4', value: 'v1' },
          { revision: 2, version: '1:5', value: 'v2' },
          { revision: 3, version: '1:6', value: null },
          { revision: 4, version: '1:7', value: 'v3' },
        ],
      ],
      [L, [{ revision: 1, version: '1:5', value: 'w' }]],
    ]),
    audit: [
      { action: 'config.created', key: K, version: '1:4', newRevision: 1 },
      { action: 'config.updated', key: K, version: '1:5', newRevision: 2 },
      { action: 'config.created', key: L, version: '1:5', newRevision: 1 },
      { action: 'config.deleted', key: K, version: '1:6', newRevision: null },
      { action: 'config.created', key: K, version: '1:7', newRevision: 4 },
    ],
    contents: [
      { node: 'n1', index: 9, hash: 'aa' },
      { node: 'n2', index: 9, hash: 'aa' },
    ],
  };
}

const historyOf = (
  evidence: Evidence,
  key: string,
  change: (list: Evidence['histories'] extends ReadonlyMap<string, infer L> ? L : never) => unknown,
): Evidence =>
  ({
    ...evidence,
    histories: new Map([...evidence.histories].map(([name, list]) => [name, name === key ? change(list) : list])),
  }) as Evidence;
const watching = (evidence: Evidence, change: (events: Evidence['watched'][number]['events']) => unknown): Evidence =>
  ({ ...evidence, watched: evidence.watched.map((each) => ({ ...each, events: change(each.events) })) }) as Evidence;
const also = (evidence: Evidence, ...records: readonly RecordedOperation[]): Evidence => ({
  ...evidence,
  operations: [...evidence.operations, ...records],
});

test('finds nothing in an honest run', () => {
  expect(judge(honest())).toEqual([]);
});

describe('finds', () => {
  const mistakes: readonly (readonly [string, Finding['rule'], RegExp, (evidence: Evidence) => Evidence])[] = [
    [
      'a stale linearizable read',
      'linearizable',
      /fits no order/,
      (e) => also(e, read(45, { outcome: 'found', value: 'v1', version: '1:4', token: '1:4' })),
    ],
    [
      'a read that misses the write of its token',
      'session',
      /missed-demand/,
      (e) =>
        also(e, read(55, { outcome: 'found', value: 'v2', version: '1:5', token: '1:5' }, { mode: 'read-your-writes', minVersion: '1:6' })),
    ],
    [
      'a session that goes back on another node',
      'session',
      /went-back/,
      (e) =>
        also(
          e,
          read(
            55,
            { outcome: 'found', value: 'v2', version: '1:5', token: '1:5' },
            { session: 'd', node: 'n3', mode: 'read-your-writes', minVersion: '1:5' },
          ),
        ),
    ],
    [
      'an acknowledged write that is gone',
      'exactly-once',
      /v2 was acknowledged .* nowhere/,
      (e) => historyOf(e, K, (list) => list.filter(({ value }) => value !== 'v2')),
    ],
    [
      'a hole in the revisions',
      'exactly-once',
      /revision 3 where 2 is due/,
      (e) => historyOf(e, K, (list) => list.filter(({ value }) => value !== 'v2')),
    ],
    [
      'a write of unknown fate that took place twice',
      'exactly-once',
      /v3 was written twice/,
      (e) => historyOf(e, K, (list) => [...list, { revision: 5, version: '1:8', value: 'v3' }]),
    ],
    [
      'a refused write that took place',
      'exactly-once',
      /refused for certain/,
      (e) => historyOf(e, L, (list) => [...list, { revision: 2, version: '1:8', value: 'never' }]),
    ],
    [
      'a value that nobody wrote',
      'exactly-once',
      /nobody wrote it/,
      (e) => historyOf(e, L, (list) => [...list, { revision: 2, version: '1:8', value: 'odd' }]),
    ],
    [
      'a deletion that nobody asked for',
      'exactly-once',
      /nobody has asked/,
      (e) => historyOf(e, L, (list) => [...list, { revision: 2, version: '1:8', value: null }]),
    ],
    [
      'an acknowledged deletion that is gone',
      'exactly-once',
      /the deletion 1:8 .* is not in its history/,
      (e) => also(e, operation({ op: 'delete', key: L, call: 70, answer: { outcome: 'written', at: 71, token: '1:8' } })),
    ],
    ['a write without its event', 'audit', /no event for config.created 1/, (e) => ({ ...e, audit: e.audit.slice(1) })],
    ['an event without a write', 'audit', /an event too many/, (e) => ({ ...e, audit: [...e.audit, ...e.audit.slice(0, 1)] })],
    ['half a batch', 'batch', /in pieces/, (e) => historyOf(e, L, (list) => list.slice(1))],
    [
      'a change that a watch skips',
      'watch',
      /got 1:7 .* as event 2 of 3/,
      (e) => watching(e, (events) => events.filter(({ version }) => version !== '1:6')),
    ],
    ['a change that a watch repeats', 'watch', /got 1:5 .* as event 2/, (e) => watching(e, ([first, ...rest]) => [first, first, ...rest])],
    ['changes that a watch reorders', 'watch', /as event 1 of 3/, (e) => watching(e, (events) => events.toReversed())],
    ['a watch that ends too early', 'watch', /got nothing as event 3/, (e) => watching(e, (events) => events.slice(0, 2))],
    [
      'replicas that differ',
      'replicas',
      /n2 at 9 holds bb/,
      (e) => ({ ...e, contents: [e.contents[0]!, { node: 'n2', index: 9, hash: 'bb' }] }),
    ],
  ];

  test.each(mistakes)('%s', (_name, rule, text, change) => {
    const findings = judge(change(honest())).filter((finding) => finding.rule === rule);
    expect(findings.map((finding) => finding.text).join('\n')).toMatch(text);
  });
});

test.each(PROCESS_MUTANTS.map((mutant) => [mutant.name, mutant] as const))(
  '%s can still be made in the source as it is',
  (_name, mutant) => {
    const source = readFileSync(join(import.meta.dirname, '../..', mutant.file), 'utf8');
    expect(mutate(mutant, source)).not.toBe(source);
  },
);
