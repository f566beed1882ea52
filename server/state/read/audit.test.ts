import { describe, expect, test } from 'vitest';
import { ALL_AUDIT, Harness, START_MS, put, write } from '../testing/harness.ts';
import type { Queries } from '../types.ts';
import { AUDIT_SCAN_ROWS } from './audit.ts';

type AuditQuery = Queries['audit']['q'];

function events(h: Harness, q: Partial<AuditQuery> = {}): readonly string[] {
  return h.ask('audit', { ...ALL_AUDIT, ...q }).rows.map((row) => `${row.index}:${row.ordinal} ${row.action}`);
}

function eventsInPages(h: Harness, q: Partial<AuditQuery>): { ids: readonly string[]; pages: number } {
  const ids: string[] = [];
  let before: AuditQuery['before'] = null;
  for (let pages = 1; ; pages++) {
    const page: Queries['audit']['a'] = h.ask('audit', { ...ALL_AUDIT, ...q, before });
    ids.push(...page.rows.map((row) => row.id));
    if (!page.more) return { ids, pages };
    expect(page.next).not.toEqual(before);
    before = page.next;
  }
}

function sample(): Harness {
  const h = new Harness();
  h.run({ type: 'seed', keyId: 'k1', name: 'first', secretHash: 'x' });
  h.run(write('teams/a', [put('x', '1')]));
  h.run(write('teams/a/b', [put('x', '1')]), { actor: { keyId: 'k2', name: 'bob' } });
  h.run(write('teams/ab', [put('y', '1')]));
  return h;
}

describe('audit', () => {
  test('tells everything about an event', () => {
    const h = new Harness();
    h.run(write('a', [put('k', 'v')], { message: 'why' }), { requestId: 'req-1' });
    expect(h.ask('audit', { ...ALL_AUDIT, action: 'config.created' }).rows).toEqual([
      {
        id: 'default:1:1',
        hlc: `${START_MS + 1}-0000-n1`,
        group: 'default',
        version: '1:1',
        action: 'config.created',
        actor: 'ann',
        namespace: 'a',
        key: 'k',
        oldRevision: null,
        newRevision: 1,
        message: 'why',
        requestId: 'req-1',
        time: '2023-11-14T22:13:20.001Z',
        index: 1,
        ordinal: 1,
      },
    ]);
  });

  test('finds text in all that people would look for, without regard to case, page by page', () => {
    const h = new Harness();
    h.run(write('teams/Pay', [put('db/url', '1')], { message: 'Größere Grenze' }), {
      requestId: 'req-77',
      actor: { keyId: 'k2', name: 'Bob' },
    });
    h.run(write('other', [put('x', '1')]));
    expect(events(h, { search: 'größere' })).toEqual(['1:1 config.created']);
    for (const search of ['PAY', 'bob', 'REQ-77']) expect(events(h, { search })).toHaveLength(2);
    expect(events(h, { search: 'db/U' })).toEqual(['1:1 config.created']);
    expect(events(h, { search: 'namespace.' })).toHaveLength(2);
    expect(events(h, { search: '%' })).toEqual([]);
    expect(events(h, { search: 'bob', action: 'config.created' })).toEqual(['1:1 config.created']);
    for (let at = 0; at < 1100; at += 1) h.run(write('other', [put('x', String(at))]));
    expect(eventsInPages(h, { search: 'pay', rowsMax: 1 })).toEqual({ ids: ['default:1:1', 'default:1:0'], pages: 2 });
    expect(eventsInPages(h, { search: 'other', rowsMax: 400 }).ids).toHaveLength(1102);
  });

  test('is newest first and filters by namespace path, key, actor and action', () => {
    const h = sample();
    expect(events(h)).toEqual([
      '4:1 config.created',
      '4:0 namespace.created',
      '3:1 config.created',
      '3:0 namespace.created',
      '2:1 config.created',
      '2:0 namespace.created',
      '1:1 key.created',
      '1:0 cluster.formed',
    ]);
    expect(events(h, { namespace: 'teams/a' })).toEqual([
      '3:1 config.created',
      '3:0 namespace.created',
      '2:1 config.created',
      '2:0 namespace.created',
    ]);
    expect(events(h, { key: 'x' })).toEqual(['3:1 config.created', '2:1 config.created']);
    expect(events(h, { actor: 'bob' })).toEqual(['3:1 config.created', '3:0 namespace.created']);
    expect(events(h, { action: 'key.created' })).toEqual(['1:1 key.created']);
    expect(events(h, { namespace: 'teams', actor: 'ann', key: 'y' })).toEqual(['4:1 config.created']);
  });

  test('shows a limited scope its namespaces and nothing of the cluster', () => {
    const h = sample();
    expect(events(h, { scope: ['teams/a'] })).toEqual([
      '3:1 config.created',
      '3:0 namespace.created',
      '2:1 config.created',
      '2:0 namespace.created',
    ]);
    expect(events(h, { scope: ['teams/a'], namespace: 'teams/ab' })).toEqual([]);
    expect(events(h, { scope: [] })).toEqual([]);
  });

  test('takes times as half-open, and an index to look as of', () => {
    const h = sample();
    expect(events(h, { fromMs: START_MS + 2, toMs: START_MS + 3 })).toEqual(['2:1 config.created', '2:0 namespace.created']);
    expect(events(h, { fromMs: START_MS + 4 })).toEqual(['4:1 config.created', '4:0 namespace.created']);
    expect(events(h, { fromMs: START_MS + 5 })).toEqual([]);
    expect(events(h, { toMs: START_MS + 1 })).toEqual([]);
    expect(events(h, { asOf: 1 })).toEqual(['1:1 key.created', '1:0 cluster.formed']);
  });

  test('pages from any event, of another group too', () => {
    const h = sample();
    const all = eventsInPages(h, {}).ids;
    for (const rowsMax of [1, 2, 3]) expect(eventsInPages(h, { rowsMax }).ids).toEqual(all);
    // A cursor that another group's event left at the same stamp: only what is below it in (hlc, index, ordinal) follows.
    const hlc = `${START_MS + 3}-0000-n1`;
    expect(events(h, { before: { hlc, index: 3, ordinal: 1 }, rowsMax: 1 })).toEqual(['3:0 namespace.created']);
    expect(events(h, { before: { hlc, index: 2, ordinal: 9 }, rowsMax: 1 })).toEqual(['2:1 config.created']);
    expect(events(h, { before: { hlc, index: 900, ordinal: 0 }, rowsMax: 1 })).toEqual(['3:1 config.created']);
  });

  test('looks at a bounded number of events, and goes on from there', () => {
    const h = new Harness();
    h.run(write('a', [put('rare', '1')]));
    const commands = Math.ceil((AUDIT_SCAN_ROWS * 1.5) / 100);
    h.machine.apply(
      Array.from({ length: commands }, () =>
        h.log.command(
          write(
            'a',
            Array.from({ length: 100 }, (_, i) => put(`k${i}`, 'v')),
          ),
        ),
      ),
    );
    const first = h.ask('audit', { ...ALL_AUDIT, key: 'rare' });
    expect([first.rows, first.more]).toEqual([[], true]);
    expect(eventsInPages(h, { key: 'rare' })).toEqual({ ids: ['default:1:1'], pages: 2 });
    expect(eventsInPages(h, { key: 'rare', fromMs: START_MS + 2 })).toMatchObject({ ids: [] });
  });
});
