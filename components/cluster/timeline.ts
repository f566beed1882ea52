/** Elections, members and restarts of a group as one list, from what each node remembers and from the audit log. Pure. */
import type { AuditEvent } from '../../lib/contract/model.ts';
import type { HeardJournal } from '../../lib/queries/cluster.ts';

const ITEMS_MAX = 100;

export type TimelineItem = { readonly id: string; readonly atMs: number; readonly node: string | null } & (
  | { readonly kind: 'leader' | 'candidate'; readonly term: number }
  | { readonly kind: 'started' | 'leaderless' | 'quarantined' }
  | { readonly kind: 'snapshot'; readonly index: number }
  | { readonly kind: 'configuration'; readonly voters: readonly string[]; readonly learners: readonly string[] }
  | { readonly kind: 'audit'; readonly action: AuditEvent['action']; readonly actor: string; readonly message: string }
);

/** Newest first. What several nodes saw stands once, at the time when the first of them did. */
export function timelineOf(journals: readonly HeardJournal[], audit: readonly AuditEvent[]): readonly TimelineItem[] {
  const items = new Map<string, TimelineItem>();
  const add = (item: TimelineItem): void => {
    const before = items.get(item.id);
    if (before === undefined || item.atMs < before.atMs) items.set(item.id, item);
  };
  /** By the one whom it is about: its events then lie in the right order, however long the answers of others took. */
  const addOwn = (item: TimelineItem): void => {
    items.set(item.id, item);
  };
  for (const { node, journal, heardAtMs } of journals)
    for (const [place, event] of (journal?.events ?? []).entries()) {
      const atMs = Math.round(heardAtMs - event.ageMs);
      const { kind, role, term, leader, index, voters, learners } = event;
      // Also told by those that follow: a leader that was restarted since remembers nothing of it.
      if (leader !== null && term > 0 && kind !== 'started')
        add({ id: `leader/${term}/${leader}`, atMs, node: leader, kind: 'leader', term });
      if (kind === 'configuration')
        add({ id: `conf/${voters.join()}/${learners.join()}/${index}`, atMs, node: null, kind, voters, learners });
      const id = `${node}/${kind}/${place}/${term}`;
      if (kind === 'started' || kind === 'quarantined') add({ id, atMs, node, kind });
      if (kind === 'snapshot') add({ id, atMs, node, kind, index });
      if (kind === 'role' && role === 'candidate') add({ id: `candidate/${term}/${node}`, atMs, node, kind: 'candidate', term });
      if (kind === 'leader' && role === 'follower' && leader === null) add({ id, atMs, node, kind: 'leaderless' });
    }
  for (const { node, journal, heardAtMs } of journals)
    for (const { role, kind, term, ageMs } of journal?.events ?? [])
      if (kind === 'role' && role === 'leader')
        addOwn({ id: `leader/${term}/${node}`, atMs: Math.round(heardAtMs - ageMs), node, kind: 'leader', term });
  for (const { id, time, action, actor, message } of audit)
    add({ id: `audit/${id}`, atMs: Date.parse(time), node: null, kind: 'audit', action, actor, message });
  return [...items.values()].toSorted((a, b) => b.atMs - a.atMs || (a.id < b.id ? 1 : -1)).slice(0, ITEMS_MAX);
}
