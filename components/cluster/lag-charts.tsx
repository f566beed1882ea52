'use client';

import { Pause, Play } from 'lucide-react';
import type { ReactElement } from 'react';
import { Suspense, useMemo, useState } from 'react';
import { clusterText } from '../catalogue/cluster.ts';
import { text } from '../catalogue.ts';
import { ageText } from '../time.tsx';
import { Button } from '../ui/button.tsx';
import { cx } from '../ui/cx.ts';
import { Panel } from '../ui/page.tsx';
import { Table, Td, Th } from '../ui/table.tsx';
import type { Sample, Series } from './history.ts';
import { HISTORY_MS, lagRows, seriesOf } from './history.ts';
import { lazyPart } from '../ui/lazy-part.ts';

const LagPlot = lazyPart(async () => (await import('./lag-plot.tsx')).LagPlot);

export interface LagChartsProps {
  readonly samples: readonly Sample[];
  readonly group: string;
  readonly nodes: readonly string[];
  readonly nowMs: number;
  /** Whether the page can be seen: charts that nobody sees stand still. */
  readonly visible: boolean;
}

const colours = ['text-series-1', 'text-series-2', 'text-series-3', 'text-series-4', 'text-series-5'] as const;
const dashes = [undefined, '7 4', '2 3', '10 3 2 3', '4 2'] as const;

/** The lag of every node in entries and in milliseconds, as it comes in; or as a table. */
export function LagCharts({ samples, group, nodes, nowMs, visible }: LagChartsProps): ReactElement {
  const words = clusterText.charts;
  const [asTable, setAsTable] = useState(false);
  const [held, setHeld] = useState<{ readonly samples: readonly Sample[]; readonly nowMs: number } | null>(null);
  const live = { samples, nowMs };
  const shown = held ?? live;
  // What is hidden keeps its last look: a new one is made when somebody looks again.
  const [seen, setSeen] = useState(live);
  const current = held === null && !visible ? seen : shown;
  if (visible && held === null && (seen.samples !== samples || seen.nowMs !== nowMs)) setSeen(live);

  const entries = useMemo(() => seriesOf(current.samples, group, nodes, 'entries'), [current.samples, group, nodes]);
  const ms = useMemo(() => seriesOf(current.samples, group, nodes, 'ms'), [current.samples, group, nodes]);
  const lastMs = current.samples.at(-1)?.atMs ?? null;
  return (
    <Panel
      title={words.title}
      actions={
        <div className="flex flex-wrap items-center gap-2">
          <span className="tnum text-xs text-ink-faint">
            {held === null ? (lastMs === null ? words.empty : words.updated(ageText(nowMs - lastMs))) : words.paused}
          </span>
          <Button size="sm" look="quiet" onClick={() => setHeld(held === null ? live : null)}>
            {held === null ? <Pause aria-hidden /> : <Play aria-hidden />}
            {held === null ? words.pause : words.resume}
          </Button>
          <Button size="sm" look="quiet" onClick={() => setAsTable(!asTable)}>
            {asTable ? words.chart : words.table}
          </Button>
        </div>
      }
    >
      <p className="mb-3 text-sm text-ink-soft">{words.span(HISTORY_MS / 60_000)}</p>
      <div className="grid gap-6 lg:grid-cols-2">
        <Lines title={words.entries} series={entries} unit="" asTable={asTable} endS={current.nowMs / 1000} />
        <Lines title={words.ms} series={ms} unit=" ms" asTable={asTable} endS={current.nowMs / 1000} />
      </div>
      {asTable ? null : <Key nodes={nodes} />}
    </Panel>
  );
}

function Lines({
  title,
  series,
  unit,
  asTable,
  endS,
}: {
  readonly title: string;
  readonly series: Series;
  readonly unit: string;
  readonly asTable: boolean;
  readonly endS: number;
}): ReactElement {
  const rows = lagRows(series);
  const words = clusterText.charts;
  const value = (n: number | null): string => (n === null ? clusterText.replicas.notKnown : `${text.number(n)}${unit}`);
  const said = rows.map(({ node, now }) => `${node} ${value(now)}`).join(', ');
  return (
    <div className="min-w-0">
      <h3 className="mb-1 text-sm font-medium">{title}</h3>
      <div className="min-h-[168px]">
        {asTable ? (
          <Table label={title}>
            <thead>
              <tr>
                <Th>{words.columns.node}</Th>
                <Th className="text-right">{words.columns.now}</Th>
                <Th className="text-right">{words.columns.lastMinute}</Th>
                <Th className="text-right">{words.columns.all}</Th>
              </tr>
            </thead>
            <tbody>
              {rows.map(({ node, now, lastMinute, all }) => (
                <tr key={node}>
                  <Td className="font-mono font-medium">{node}</Td>
                  {[now, lastMinute, all].map((n, at) => (
                    <Td key={at} className="tnum text-right font-mono text-xs">
                      {value(n)}
                    </Td>
                  ))}
                </tr>
              ))}
            </tbody>
          </Table>
        ) : (
          <Suspense fallback={<p className="skeleton h-[168px] text-transparent">{words.loading}</p>}>
            <LagPlot label={words.label(title, said)} series={series} unit={unit} endS={endS} spanS={HISTORY_MS / 1000} />
          </Suspense>
        )}
      </div>
    </div>
  );
}

/** Which line is whose, by colour and by dashes. */
function Key({ nodes }: { readonly nodes: readonly string[] }): ReactElement {
  return (
    <ul className="mt-2 flex flex-wrap gap-x-5 gap-y-1 text-xs text-ink-soft">
      {nodes.map((node, at) => (
        <li key={node} className="flex items-center gap-1.5">
          <svg width="26" height="8" aria-hidden className={cx(colours[at % 5])}>
            <path d="M0 4H26" stroke="currentColor" strokeWidth="2.5" strokeDasharray={dashes[at % 5]} />
          </svg>
          <span className="font-mono">{node}</span>
        </li>
      ))}
    </ul>
  );
}
