import type { ReactElement } from 'react';
import { labText } from '../catalogue/lab.ts';
import { Badge } from '../ui/badge.tsx';
import { Notice } from '../ui/notice.tsx';
import type { Item } from './diagram.ts';
import { diagramOf, YOU } from './diagram.ts';
import { DiagramView } from './diagram-view.tsx';
import type { Run } from './run.ts';

const looks = { new: 'ok', old: 'bad', missing: 'bad', refused: 'wait' } as const;

/** The verdict on a run, its picture, and the same as a list. */
export function ResultView({ run }: { readonly run: Run }): ReactElement {
  const { read, write, value, plan } = run;
  const { outcome } = read;
  const waited = outcome.kind === 'refused' ? null : outcome.waitedMs;
  const silent = [...run.observations].filter(([, seen]) => seen.length === 0).map(([node]) => node);
  return (
    <div className="flex flex-col gap-4">
      <Notice look={looks[outcome.kind]} live="polite" title={labText.result.verdicts[outcome.kind]}>
        {explain(run)}
      </Notice>
      <dl className="grid grid-cols-2 gap-x-6 gap-y-3 text-sm sm:grid-cols-4">
        <Fact term={labText.result.wrote} value={value} mono />
        <div>
          <dt className="text-xs text-ink-faint">{labText.result.value}</dt>
          <dd className="flex flex-wrap items-center gap-1.5 font-mono text-xs wrap-anywhere">
            {outcome.kind === 'new' || outcome.kind === 'old' ? outcome.value : '–'}
            {outcome.kind === 'old' ? <Badge tone="bad">{labText.result.oldMark}</Badge> : null}
            {(outcome.kind === 'new' || outcome.kind === 'old') && outcome.stale ? <Badge tone="bad">{labText.result.stale}</Badge> : null}
          </dd>
        </div>
        <Fact term={labText.result.waited} value={waited === null ? '–' : waited < 0.5 ? labText.result.notAtAll : labText.ms(waited)} />
        <Fact term={labText.result.total} value={labText.ms(read.answeredMs - write.sentMs)} />
      </dl>
      <div className="rounded-md border bg-surface p-2 sm:p-4" data-testid="diagram">
        <DiagramView key={`${run.version} ${plan.mode}`} run={run} />
        <p className="mt-2 text-xs text-ink-faint">{labText.result.scale}</p>
      </div>
      <details className="text-sm">
        <summary className="w-fit rounded-sm text-ink-soft hover:text-ink">{labText.result.steps}</summary>
        <ol aria-label={labText.result.steps} className="mt-2 flex flex-col divide-y border-y">
          {diagramOf(run).items.map((item) => (
            <li key={`${item.from}/${item.to}/${item.label}`} className="flex flex-wrap gap-x-4 py-1">
              <span className="tnum w-32 shrink-0 font-mono text-xs text-ink-faint">{momentOf(item)}</span>
              <span>{wordsOf(item)}</span>
            </li>
          ))}
        </ol>
      </details>
      <p className="max-w-[52rem] text-xs text-ink-faint">
        {labText.result.sources(run.via)} {silent.length === 0 ? null : labText.result.unknownNodes(silent.join(', '))}
      </p>
    </div>
  );
}

function Fact({ term, value, mono = false }: { readonly term: string; readonly value: string; readonly mono?: boolean }): ReactElement {
  return (
    <div>
      <dt className="text-xs text-ink-faint">{term}</dt>
      <dd className={mono ? 'font-mono text-xs wrap-anywhere' : 'tnum'}>{value}</dd>
    </div>
  );
}

function explain({ plan, version, read: { outcome } }: Run): string {
  const words = labText.result;
  const seconds = Math.round(plan.waitMs / 1000);
  switch (outcome.kind) {
    case 'refused':
      return outcome.code === 'version-not-reached' || outcome.code === 'read-index-timeout'
        ? words.refused(plan.reader, seconds)
        : words.refusedOther(outcome.message);
    case 'missing':
      return words.missing(plan.reader);
    case 'old':
      return words.old(outcome.node, outcome.version, version);
    case 'new':
      if (outcome.node !== plan.reader) return words.newForwarded(plan.reader, outcome.node, seconds);
      if (plan.mode === 'eventual') return words.newEventual(outcome.node);
      if (plan.mode === 'linearizable') return words.newLinearizable(outcome.node);
      return (outcome.waitedMs ?? 0) < 0.5
        ? words.newAtOnce(outcome.node, version)
        : words.newWaited(outcome.node, version, outcome.waitedMs ?? 0);
  }
}

function momentOf({ atMs, plusMinusMs }: Item): string {
  if (atMs === null) return labText.result.unmeasured;
  return plusMinusMs < 0.05 ? labText.time(atMs) : `${labText.time(atMs)} ${labText.plusMinus(plusMinusMs)}`;
}

function wordsOf({ kind, from, to, label }: Item): string {
  const name = (id: string): string => (id === YOU ? labText.result.you : id);
  return kind === 'mark' ? labText.result.stepMark(name(from), label) : labText.result.stepMessage(name(from), name(to), label);
}
