import type { ReactElement } from 'react';
import type { ClusterStatus, Verdict } from '../../lib/contract/cluster.ts';
import { clusterText } from '../catalogue/cluster.ts';
import { text } from '../catalogue.ts';
import { cx } from '../ui/cx.ts';
import { summarize } from './summary.ts';
import { VerdictDot } from './verdict-dot.tsx';

const washes: Readonly<Record<Verdict, string>> = {
  healthy: 'border-ok/30 bg-ok-wash',
  degraded: 'border-warn/40 bg-warn-wash',
  unavailable: 'border-bad/40 bg-bad-wash',
};

/** The cluster in one word, why, what helps, and what it could still bear. */
export function VerdictCard({ status, live }: { readonly status: ClusterStatus; readonly live: boolean }): ReactElement {
  const { verdict, reasons, canLose, id, lineage, level } = status.cluster;
  const { leaderless } = summarize(status);
  const behind = status.nodes.filter(({ id: node }) =>
    status.groups.some(({ members }) => members.some((member) => member.node === node && (member.lagEntries ?? 0) > 0)),
  );
  return (
    <section
      aria-label={text.cluster.verdicts[verdict]}
      className={cx('grid gap-x-8 gap-y-3 rounded-lg border px-4 py-3.5 shadow-card md:grid-cols-[1fr_auto]', washes[verdict])}
    >
      <div className="min-w-0">
        <p className="flex items-center gap-2.5 text-lg font-semibold">
          <VerdictDot verdict={verdict} live={live} />
          <span>{text.cluster.verdicts[verdict]}</span>
          <span className="font-normal text-ink-soft">
            {leaderless.length === 0 ? clusterText.verdictTitles[verdict] : clusterText.partlyUnavailable(leaderless)}
          </span>
        </p>
        {reasons.length === 0 ? (
          <p className="mt-1 text-sm text-ink-soft">
            {behind.length === 0 ? text.cluster.allWell : clusterText.catchingUp(behind.map(({ id: node }) => node))}
          </p>
        ) : (
          <ul aria-label={text.cluster.reasons} className="mt-2 flex flex-col gap-2 text-sm">
            {reasons.map((reason) => (
              <li key={`${reason.code}/${reason.node ?? ''}/${reason.group ?? ''}`} className="border-l-2 border-current/25 pl-3">
                <p className="font-medium">{reason.text}</p>
                <p className="text-ink-soft">{reason.help}</p>
              </li>
            ))}
          </ul>
        )}
      </div>
      <div className="md:max-w-80 md:text-right">
        <p className="text-base font-semibold">{clusterText.canLoseTitle(canLose)}</p>
        <p className="text-sm text-ink-soft">{clusterText.canLoseMeaning(canLose, status.nodes.length)}</p>
        <p className="mt-1.5 font-mono text-2xs text-ink-soft">{clusterText.identity(id, lineage, level)}</p>
      </div>
    </section>
  );
}
