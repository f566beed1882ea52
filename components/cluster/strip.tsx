'use client';

import { Activity, ChevronDown, TriangleAlert } from 'lucide-react';
import type { ReactElement } from 'react';
import type { ClusterStatus } from '../../lib/contract/cluster.ts';
import { text } from '../catalogue.ts';
import { ageText } from '../time.tsx';
import { buttonStyle } from '../ui/button.tsx';
import { cx } from '../ui/cx.ts';
import { OnDemand } from '../ui/on-demand.tsx';
import type { LagSample } from './lag-chart.tsx';
import { LagChart } from './lag-chart.tsx';
import type { ClusterSummary, NodeSummary } from './summary.ts';
import { summarize } from './summary.ts';
import { VerdictDot } from './verdict-dot.tsx';

export interface StripProps {
  readonly status: ClusterStatus | null;
  /** Of the event stream. */
  readonly connection: 'connecting' | 'live' | 'lost';
  /** Since the status came; null when none has. */
  readonly ageMs: number | null;
  readonly samples: readonly LagSample[];
  readonly nowMs: number;
  readonly spanMs: number;
}

const loadDetails = () => import('./status-popup.tsx');

/** The cluster's state, on every page: verdict, each node's lag, the slowest node's over the last minute, and how old all this is. */
export function ClusterStrip({ status, connection, ageMs, samples, nowMs, spanMs }: StripProps): ReactElement {
  const summary = status === null ? null : summarize(status);
  const live = connection === 'live';
  return (
    <section
      aria-label={text.cluster.region}
      className="flex h-9 shrink-0 items-center gap-x-4 overflow-hidden border-b bg-sunken px-3 text-xs sm:px-4"
    >
      <output className="flex min-w-0 items-center gap-2">
        <VerdictDot verdict={summary?.verdict ?? null} live={live} />
        <span className={cx('font-medium', summary?.verdict === 'unavailable' && 'text-bad')}>
          {summary === null ? text.cluster.unknown : text.cluster.verdicts[summary.verdict]}
          {summary === null || summary.leaderless.length === 0 ? null : ` ${text.cluster.inGroups(summary.leaderless)}`}
        </span>
        {status === null ? null : (
          <span className="hidden truncate text-ink-faint lg:inline">{text.cluster.canLose(status.cluster.canLose)}</span>
        )}
      </output>
      <ul aria-label={text.cluster.nodes} className="hidden items-center gap-1 md:flex">
        {summary?.nodes.map((node) => (
          <NodeCell key={node.id} node={node} groups={summary.groups} />
        ))}
      </ul>
      <div className="flex items-center gap-2">
        <span className="hidden text-ink-faint xl:inline">{text.cluster.lag}</span>
        <span className="hidden sm:block">
          <LagChart samples={samples} nowMs={nowMs} spanMs={spanMs} />
        </span>
        <output aria-label={text.cluster.lag} aria-live="off" className={cx('tnum whitespace-nowrap sm:min-w-16', lagColour(summary))}>
          <span className="text-ink-faint sm:hidden">{text.cluster.lag}: </span>
          {text.cluster.lagValue(summary?.lag ?? null)}
        </output>
      </div>
      <div className="ml-auto flex min-w-0 items-center gap-3">
        {summary?.served ? <Served node={summary.served} groups={summary.groups} /> : null}
        <Age connection={connection} ageMs={ageMs} />
        {status === null ? null : (
          <OnDemand
            kind="dialog"
            load={loadDetails}
            popup={{ status }}
            trigger={
              <button
                type="button"
                aria-label={text.cluster.details}
                className={cx(buttonStyle({ look: 'quiet', size: 'icon-xs' }), '-mr-1.5')}
              >
                <ChevronDown aria-hidden />
              </button>
            }
          />
        )}
      </div>
    </section>
  );
}

function lagColour(summary: ClusterSummary | null): string {
  if (summary === null || summary.lag === null) return 'text-ink-faint';
  return summary.lag === 0 ? 'text-ink-soft' : 'text-warn font-medium';
}

function NodeCell({ node, groups }: { readonly node: NodeSummary; readonly groups: number }): ReactElement {
  const role = roleOf(node, groups);
  const lag = node.fresh
    ? text.cluster.nodeLag(node.lag)
    : `${text.cluster.nodeStates[node.state]}, ${text.cluster.asOf(ageText(node.ageMs))}`;
  const behind = node.fresh && node.lag !== null && node.lag > 0;
  // With one group a leader is never behind; with several it may be, in one that it does not lead.
  const leads = node.leads > 0 && node.fresh && !behind;
  return (
    <li
      aria-label={`${node.id}, ${role}, ${lag}`}
      title={`${node.id} · ${role} · ${lag}`}
      className={cx(
        'tnum flex h-6 items-center gap-1.5 rounded-sm border px-1.5',
        behind ? 'border-warn/40 bg-warn-wash' : 'border-line bg-surface',
        !node.fresh && 'border-dashed',
      )}
    >
      <span className={cx('font-mono font-medium', !node.fresh && 'text-ink-faint')}>{node.id}</span>
      {leads ? <span className="text-ink-soft">{groups > 1 ? role : text.cluster.leader}</span> : null}
      {leads ? null : (
        <span className={behind ? 'font-medium text-warn' : 'text-ink-faint'}>
          {node.fresh
            ? node.lag === null
              ? '?'
              : node.lag === 0
                ? '0'
                : `−${text.number(node.lag)}`
            : text.cluster.nodeStates[node.state]}
        </span>
      )}
    </li>
  );
}

/** The node's role; how many groups it leads where there are several. */
function roleOf({ role, state, leads }: NodeSummary, groups: number): string {
  if (groups > 1 && role !== null) return text.cluster.leads(leads, groups);
  return role === null ? text.cluster.nodeStates[state] : text.cluster.roles[role];
}

function Served({ node, groups }: { readonly node: NodeSummary; readonly groups: number }): ReactElement {
  return (
    <span className="hidden min-w-0 items-center gap-2 truncate text-ink-soft sm:flex" title={text.cluster.servedBy}>
      <span className="sr-only">{text.cluster.servedBy} </span>
      <span className="truncate">{text.cluster.served(node.id, node.role === null ? text.cluster.unknown : roleOf(node, groups))}</span>
      {node.term === null || node.appliedIndex === null || groups > 1 ? null : (
        <span className="tnum hidden font-mono whitespace-nowrap text-ink lg:inline">
          {text.cluster.applied(`${node.term}:${node.appliedIndex}`)}
        </span>
      )}
    </span>
  );
}

function Age({ connection, ageMs }: { readonly connection: StripProps['connection']; readonly ageMs: number | null }): ReactElement {
  if (connection === 'live') {
    const fresh = ageMs === null || ageMs < 3000;
    return (
      <span className="flex items-center gap-1 whitespace-nowrap text-ink-faint">
        <Activity className="size-3.5" aria-hidden />
        {fresh ? text.cluster.live : text.cluster.asOf(ageText(ageMs))}
      </span>
    );
  }
  if (connection === 'connecting')
    return (
      <span className="whitespace-nowrap text-ink-faint">
        {ageMs === null ? text.cluster.connecting : text.cluster.asOf(ageText(ageMs))}
      </span>
    );
  return (
    <output className="flex items-center gap-1 font-medium whitespace-nowrap text-warn">
      <TriangleAlert className="size-3.5" aria-hidden />
      {ageMs === null ? text.cluster.lostNever : text.cluster.lost(ageText(ageMs))}
    </output>
  );
}
