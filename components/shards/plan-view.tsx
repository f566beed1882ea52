import type { ReactElement } from 'react';
import type { PlannedShardMove } from '../../lib/contract/schemas/shards.ts';
import { shardsText } from '../catalogue/shards.ts';
import { bytesText } from '../cluster/measures.ts';
import { FromTo } from './group-mark.tsx';
import type { Mark } from './marks.ts';
import { RangeText } from './range-text.tsx';

const words = shardsText.plan;

export interface PlanViewProps {
  readonly plan: { readonly moves: readonly PlannedShardMove[]; readonly rows: number; readonly bytes: number };
  readonly marks: ReadonlyMap<string, Mark>;
}

/** What a change would move: from where to where, and how much that is. */
export function PlanView({ plan: { moves, rows, bytes }, marks }: PlanViewProps): ReactElement {
  return (
    <section aria-label={words.title} className="rounded-md border bg-sunken px-3 py-2.5 text-sm">
      <h3 className="mb-1.5 text-xs font-semibold text-ink-soft">{words.title}</h3>
      {moves.length === 0 ? (
        <p>{words.nothing}</p>
      ) : (
        <>
          <ul className="flex flex-col divide-y">
            {moves.map((move) => (
              <li key={`${move.from} ${move.to}`} className="flex flex-col gap-1 py-2 first:pt-0">
                <FromTo from={move.from} to={move.to} marks={marks} />
                <span className="text-xs text-ink-soft">
                  <RangeText range={move.range} />
                </span>
                <span className="tnum text-xs">{words.amount(move.namespaces, move.entries, move.rows, bytesText(move.bytes))}</span>
              </li>
            ))}
          </ul>
          {moves.length > 1 ? <p className="tnum border-t pt-2 text-xs font-medium">{words.total(rows, bytesText(bytes))}</p> : null}
          <p className="mt-2 text-xs text-ink-soft">{words.meaning}</p>
        </>
      )}
    </section>
  );
}
