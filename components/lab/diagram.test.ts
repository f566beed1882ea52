import { describe, expect, test } from 'vitest';
import { diagramOf, layoutDiagram, YOU } from './diagram.ts';
import type { ReadOutcome, Run } from './run.ts';
import { indexOf } from './run.ts';

const answered = (kind: 'new' | 'old', change: Partial<Extract<ReadOutcome, { kind: 'new' | 'old' }>> = {}): ReadOutcome => ({
  kind,
  value: 'v',
  version: '5:42',
  node: 'n3',
  role: 'follower',
  waitedMs: 0,
  stale: false,
  ...change,
});

/** n2 wrote through n1, which leads; the browser asked each node once at 100 ms. */
function run(change: Partial<Run> = {}, applied: number | null = 80): Run {
  const observe = (received: number, appliedAgo: number | null) => [
    {
      askedMs: 100,
      answeredMs: 100,
      entry: {
        index: 42,
        term: 5,
        receivedAgoMs: received,
        durableAgoMs: received - 1,
        committedAgoMs: received - 2,
        appliedAgoMs: appliedAgo,
      },
    },
  ];
  return {
    plan: { writer: 'n2', reader: 'n3', mode: 'read-your-writes', onTimeout: 'fail', waitMs: 5000 },
    via: 'n2',
    leader: 'n1',
    value: 'v',
    version: '5:42',
    index: 42,
    write: { sentMs: 0, answeredMs: 12 },
    read: { sentMs: 12, answeredMs: 25, outcome: answered('new', { waitedMs: 7 }) },
    observations: new Map([
      ['n1', observe(97, 92)],
      ['n2', observe(96, 90)],
      ['n3', observe(95, applied)],
    ]),
    ...change,
  };
}

const said = (diagram: ReturnType<typeof diagramOf>): readonly string[] =>
  diagram.items.map(({ from, to, label }) => (from === to ? `${from}: ${label}` : `${from}>${to}: ${label}`));

describe('the diagram', () => {
  test('tells a run in the order in which it happened', () => {
    const diagram = diagramOf(run());
    expect(diagram.columns).toEqual([YOU, 'n2', 'n1', 'n3']);
    expect(said(diagram)).toEqual([
      'you>n2: write',
      'n2>n1: hands it on',
      'n1: into the log',
      'n1>n2: copies',
      'n1: on disk',
      'n1: committed',
      'n2: on disk',
      'n1>n3: copies',
      'n3: on disk',
      'n1: applied',
      'n2: applied',
      'n2>you: saved at 5:42',
      'you>n3: read, at least 5:42',
      'n3: applied',
      'n3>you: new value, 5:42',
    ]);
    const times = diagram.items.flatMap(({ atMs }) => atMs ?? []);
    expect(times).toEqual(times.toSorted((a, b) => a - b));
  });

  test('shows a wait that ends when the entry is applied', () => {
    expect(diagramOf(run()).wait).toEqual({ node: 'n3', fromMs: 13, toMs: 20, label: 'waited 7.0 ms' });
  });

  test('marks an old value, and that the reader has not applied the new one', () => {
    const diagram = diagramOf(
      run(
        {
          plan: { writer: 'n1', reader: 'n3', mode: 'eventual', onTimeout: 'fail', waitMs: 5000 },
          read: { sentMs: 12, answeredMs: 14, outcome: answered('old', { version: '5:41' }) },
        },
        null,
      ),
    );
    expect(diagram.columns).toEqual([YOU, 'n1', 'n3', 'n2']);
    expect(diagram.items.filter(({ tone }) => tone === 'bad').map(({ label, atMs }) => [label, atMs])).toEqual([
      ['OLD value, 5:41', 14],
      ['not applied yet', null],
    ]);
    expect(diagram.wait).toBeNull();
  });

  test('shows the question of a linearizable read without a time that nobody measured', () => {
    const diagram = diagramOf(run({ plan: { writer: 'n1', reader: 'n3', mode: 'linearizable', onTimeout: 'fail', waitMs: 5000 } }));
    const asked = diagram.items.findIndex(({ label }) => label === 'what is committed?');
    expect(diagram.items[asked]).toMatchObject({ from: 'n3', to: 'n1', atMs: null });
    expect(diagram.items[asked - 1]).toMatchObject({ from: YOU, to: 'n3', label: 'read the newest' });
  });

  test('shows a wait in vain, and what is known when a node tells nothing', () => {
    const diagram = diagramOf(
      run({
        read: { sentMs: 12, answeredMs: 5012, outcome: { kind: 'refused', code: 'version-not-reached', message: '' } },
        observations: new Map([['n3', []]]),
      }),
    );
    expect(diagram.wait).toMatchObject({ fromMs: 12, toMs: 5012 });
    expect(said(diagram)).toEqual([
      'you>n2: write',
      'n2>n1: hands it on',
      'n2>you: saved at 5:42',
      'you>n3: read, at least 5:42',
      'n3>you: version-not-reached',
    ]);
  });

  test('works on a cluster of one', () => {
    const { observations } = run();
    const alone = run({
      plan: { writer: 'n1', reader: 'n1', mode: 'eventual', onTimeout: 'fail', waitMs: 5000 },
      observations: new Map([['n1', observations.get('n1')!]]),
    });
    expect(diagramOf(alone).columns).toEqual([YOU, 'n1']);
    expect(said(diagramOf(alone)).filter((line) => line.includes('hands it on'))).toEqual([]);
  });
});

test('rows go down in order, columns lie side by side, and the wait lies between its moments', () => {
  const layout = layoutDiagram(diagramOf(run()), 900, 80);
  const ys = layout.rows.map(({ y }) => y);
  expect(ys).toEqual(ys.toSorted((a, b) => a - b));
  expect(new Set(ys).size).toBe(ys.length);
  expect(layout.columns.every(({ x }) => x > 80 && x < 900)).toBe(true);
  expect(layout.height).toBeGreaterThan(ys.at(-1)!);
  const yOf = (label: string): number => layout.rows.find(({ item }) => item.label === label)!.y;
  expect(layout.wait!.y1).toBeGreaterThan(yOf('read, at least 5:42'));
  expect(layout.wait!.y2).toBeLessThan(yOf('new value, 5:42'));
});

test('an index is what stands last in a version', () => {
  expect([indexOf('5:42'), indexOf('payments=3:17')]).toEqual([42, 17]);
});
