'use client';

import { ArrowRight, RotateCcw } from 'lucide-react';
import type { ReactElement } from 'react';
import type { Revision } from '../../lib/contract/model.ts';
import { text } from '../catalogue.ts';
import { historyText } from '../catalogue/history.ts';
import { DiffView } from '../entry/diff-view.tsx';
import { Button } from '../ui/button.tsx';
import { NativeSelect } from '../ui/field.tsx';
import { Notice } from '../ui/notice.tsx';
import { SkeletonLines } from '../ui/skeleton.tsx';
import type { Pair } from './plan.ts';

/** One side: null for "nothing", before the first revision. */
export type Side =
  | { readonly kind: 'revision'; readonly revision: Revision }
  | { readonly kind: 'nothing' }
  | { readonly kind: 'loading' }
  /** Retention has removed it. */
  | { readonly kind: 'gone' };

export interface ComparisonProps {
  readonly pair: Pair;
  readonly before: Side;
  readonly after: Side;
  /** Revisions that can be chosen, newest first. */
  readonly choices: readonly number[];
  readonly nonce: string;
  readonly onPair: (pair: Pair) => void;
  /** Null where the revision at the right cannot be restored, or by nobody here. */
  readonly onRestore: (() => void) | null;
}

/** Any two revisions side by side. */
export function Comparison({ pair, before, after, choices, nonce, onPair, onRestore }: ComparisonProps): ReactElement {
  const offered = [...new Set([...choices, pair.from, pair.to])].filter((revision) => revision > 0).toSorted((a, b) => b - a);
  return (
    <section aria-label={historyText.comparison} className="flex min-h-0 min-w-0 flex-1 flex-col gap-3">
      <div className="flex flex-wrap items-center gap-2">
        <Choice label={historyText.from} value={pair.from} offered={[...offered, 0]} onChange={(from) => onPair({ ...pair, from })} />
        <ArrowRight className="size-4 text-ink-faint" aria-hidden />
        <Choice label={historyText.to} value={pair.to} offered={offered} onChange={(to) => onPair({ ...pair, to })} />
        {onRestore === null ? null : (
          <Button look="primary" className="ml-auto max-sm:w-full" onClick={onRestore}>
            <RotateCcw aria-hidden />
            {historyText.restoreThis(pair.to)}
          </Button>
        )}
      </div>
      <Difference pair={pair} before={before} after={after} nonce={nonce} />
    </section>
  );
}

interface ChoiceProps {
  readonly label: string;
  readonly value: number;
  readonly offered: readonly number[];
  readonly onChange: (revision: number) => void;
}

function Choice({ label, value, offered, onChange }: ChoiceProps): ReactElement {
  return (
    <NativeSelect aria-label={label} value={value} onChange={(event) => onChange(Number(event.target.value))} className="w-36!">
      {offered.map((revision) => (
        <option key={revision} value={revision}>
          {revision === 0 ? historyText.nothing : historyText.revision(revision)}
        </option>
      ))}
    </NativeSelect>
  );
}

function Difference({ pair, before, after, nonce }: Pick<ComparisonProps, 'pair' | 'before' | 'after' | 'nonce'>): ReactElement {
  if (before.kind === 'gone' || after.kind === 'gone') {
    const gone = before.kind === 'gone' ? pair.from : pair.to;
    return (
      <Notice look="info" title={historyText.gone(gone)}>
        {historyText.goneHint}
      </Notice>
    );
  }
  if (before.kind === 'loading' || after.kind === 'loading' || after.kind === 'nothing') {
    return (
      <div className="flex-1 rounded-md border bg-surface p-4">
        <SkeletonLines lines={5} />
      </div>
    );
  }
  const [left, right] = [before.kind === 'nothing' ? null : before.revision, after.revision];
  return (
    <>
      <What left={left} right={right} />
      <DiffView
        fill
        before={left?.value ?? ''}
        after={right.value ?? ''}
        beforeLabel={left === null ? historyText.beforeFirst : historyText.side(left.revision, left.deleted)}
        afterLabel={historyText.side(right.revision, right.deleted)}
        type={right.deleted ? (left?.type ?? right.type) : right.type}
        nonce={nonce}
      />
    </>
  );
}

/** What a comparison of two texts does not show. */
function What({ left, right }: { readonly left: Revision | null; readonly right: Revision }): ReactElement | null {
  if (left === null) return null;
  if (left.value === null && right.value === null) return <p className="text-sm text-ink-soft">{historyText.bothGone}</p>;
  if (!left.deleted && !right.deleted && left.type !== right.type)
    return <p className="text-sm">{historyText.typeChanged(text.types[left.type], text.types[right.type])}</p>;
  return left.value === right.value ? <p className="text-sm text-ink-soft">{historyText.same}</p> : null;
}
