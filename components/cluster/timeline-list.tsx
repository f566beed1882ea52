'use client';

import type { LucideIcon } from 'lucide-react';
import { CircleAlert, CircleHelp, Copy, Crown, Play, Users, Vote } from 'lucide-react';
import type { ReactElement } from 'react';
import { auditText } from '../catalogue/audit.ts';
import { clusterText } from '../catalogue/cluster.ts';
import { Ago, Moment } from '../time.tsx';
import { cx } from '../ui/cx.ts';
import type { TimelineItem } from './timeline.ts';

const icons: Readonly<Record<TimelineItem['kind'], LucideIcon>> = {
  leader: Crown,
  candidate: Vote,
  started: Play,
  leaderless: CircleHelp,
  quarantined: CircleAlert,
  snapshot: Copy,
  configuration: Users,
  audit: Users,
};

/** Elections, restarts and members, newest first. */
export function TimelineList({ items }: { readonly items: readonly TimelineItem[] }): ReactElement {
  if (items.length === 0) return <p className="px-4 py-3 text-sm text-ink-soft">{clusterText.timeline.empty}</p>;
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- it scrolls, and must do so by keyboard too
    <ol aria-label={clusterText.timeline.title} tabIndex={0} className="scroll-thin max-h-96 overflow-auto px-4 py-3">
      {items.map((item, at) => {
        const Icon = icons[item.kind];
        const time = new Date(item.atMs).toISOString();
        return (
          <li key={item.id} className="relative flex gap-3 pb-3 last:pb-0">
            {at === items.length - 1 ? null : <span aria-hidden className="absolute top-6 bottom-0 left-[11px] w-px bg-line" />}
            <span
              className={cx(
                'flex size-6 shrink-0 items-center justify-center rounded-full border bg-surface [&_svg]:size-3.5',
                item.kind === 'leader' && 'border-accent/40 bg-accent-wash text-accent',
                (item.kind === 'quarantined' || item.kind === 'leaderless') && 'border-warn/40 bg-warn-wash text-warn',
              )}
            >
              <Icon aria-hidden />
            </span>
            <div className="flex min-w-0 flex-1 flex-wrap items-baseline justify-between gap-x-4 pt-0.5 text-sm">
              <span className={cx('min-w-0 break-words', item.kind === 'leader' && 'font-medium')}>{wordsOf(item)}</span>
              <span className="flex gap-2 text-xs text-ink-faint">
                <Moment time={time} />
                <Ago time={time} />
              </span>
            </div>
          </li>
        );
      })}
    </ol>
  );
}

function wordsOf(item: TimelineItem): string {
  const words = clusterText.timeline;
  switch (item.kind) {
    case 'leader':
      return words.leader(item.node ?? '', item.term);
    case 'candidate':
      return words.candidate(item.node ?? '', item.term);
    case 'snapshot':
      return words.snapshot(item.node ?? '', item.index);
    case 'configuration':
      return words.configuration(item.voters, item.learners);
    case 'audit':
      return words.audit(auditText.actions[item.action] ?? item.action, item.actor, item.message);
    case 'started':
    case 'leaderless':
    case 'quarantined':
      return words[item.kind](item.node ?? '');
  }
}
