import { describe, expect, test } from 'vitest';
import { assembleStatus, type KnownReport, type NodeReport, type StatusInput } from './status.ts';

const NAMES = ['n1', 'n2', 'n3'];

interface Told {
  readonly leads?: boolean;
  readonly term?: number;
  readonly applied?: number;
  readonly commit?: number;
  readonly ageMs?: number;
  readonly lastContactMs?: number | null;
  readonly quarantined?: boolean;
}

function report(name: string, { leads = false, term = 3, applied = 10, commit = 10, quarantined = false }: Told): NodeReport {
  return {
    node: { id: name, url: `http://${name}`, version: '1', uptimeMs: 1, dataBytes: 2, diskFreeBytes: 3 },
    joining: false,
    level: 1,
    reasons: [],
    replicas: [
      {
        group: 'default',
        leader: 'n1',
        leads,
        voters: quarantined ? [] : NAMES,
        row: {
          role: quarantined ? 'quarantined' : leads ? 'leader' : 'follower',
          voter: true,
          term,
          lastIndex: commit,
          commitIndex: commit,
          appliedIndex: applied,
          lagMs: 0,
          lastContactMs: 0,
          snapshotIndex: 1,
        },
      },
    ],
  };
}

function input(told: Readonly<Record<string, Told | null>>): StatusInput {
  const known = new Map<string, KnownReport>();
  for (const [name, one] of Object.entries(told)) {
    known.set(
      name,
      one === null
        ? { report: null, ageMs: 0, lastContactMs: null }
        : { report: report(name, one), ageMs: one.ageMs ?? 0, lastContactMs: one.lastContactMs ?? 0 },
    );
  }
  const members = NAMES.map((name) => ({ id: `${name}@x`, name, incarnation: 'x', peer: `${name}:1`, url: `http://${name}` }));
  return { self: 'n1', cluster: { id: 'c', lineage: 'l', name: 'test' }, members, groups: ['default'], known, electionTimeoutMs: 1000 };
}

describe('the status of a cluster', () => {
  test('is healthy and can lose one when all three answer', () => {
    const status = assembleStatus(input({ n1: { leads: true }, n2: {}, n3: { applied: 7 } }));
    expect(status.cluster).toMatchObject({ verdict: 'healthy', canLose: 1, reasons: [], level: 1 });
    expect(status.groups[0]).toMatchObject({ leader: 'n1', term: 3, commitIndex: 10 });
    expect(status.groups[0]?.members.map(({ node, lagEntries }) => [node, lagEntries])).toEqual([
      ['n1', 0],
      ['n2', 0],
      ['n3', 3],
    ]);
  });

  test('keeps the last known row of a silent node, with its age, and counts it out', () => {
    const status = assembleStatus(input({ n1: { leads: true }, n2: {}, n3: { ageMs: 9000, lastContactMs: 9000, applied: 5 } }));
    expect(status.cluster).toMatchObject({ verdict: 'degraded', canLose: 0 });
    expect(status.cluster.reasons.map(({ code, node }) => [code, node])).toEqual([['node-unreachable', 'n3']]);
    expect(status.nodes.find(({ id }) => id === 'n3')).toMatchObject({ state: 'unreachable', ageMs: 9000 });
    expect(status.groups[0]?.members.find(({ node }) => node === 'n3')).toMatchObject({ appliedIndex: 5, ageMs: 9000 });
  });

  test('does not believe a leader of an older term, nor one that was heard of long ago', () => {
    const deposed = assembleStatus(input({ n1: { leads: true, term: 3 }, n2: { term: 4 }, n3: { term: 4 } }));
    expect(deposed.groups[0]?.leader).toBeNull();
    const old = assembleStatus(input({ n1: {}, n2: { leads: true, ageMs: 5000 }, n3: {} }));
    expect(old.groups[0]?.leader).toBeNull();
    expect(old.cluster.verdict).toBe('unavailable');
    expect(old.groups[0]?.members.every(({ lagEntries }) => lagEntries === null)).toBe(true);
  });

  test('does not count a quarantined replica among those that may take over', () => {
    const status = assembleStatus(input({ n1: { leads: true }, n2: {}, n3: { quarantined: true } }));
    expect(status.cluster.canLose).toBe(0);
    expect(status.groups[0]?.members.find(({ node }) => node === 'n3')?.role).toBe('quarantined');
  });

  test('shows a node that never answered as unreachable, without a replica', () => {
    const status = assembleStatus(input({ n1: { leads: true }, n2: {}, n3: null }));
    expect(status.nodes.find(({ id }) => id === 'n3')).toMatchObject({ state: 'unreachable', version: null, lastContactMs: null });
    expect(status.groups[0]?.members.map(({ node }) => node)).toEqual(['n1', 'n2']);
  });
});
