import type { ReactElement } from 'react';
import { shardsText } from '../catalogue/shards.ts';
import { Button } from '../ui/button.tsx';
import { GroupMark } from './group-mark.tsx';
import type { Mark } from './marks.ts';
import { partitionsText } from './ranges.ts';

const words = shardsText.map;

export interface MapLegendProps {
  readonly groups: readonly string[];
  readonly partitions: readonly string[];
  readonly marks: ReadonlyMap<string, Mark>;
  /** Picks all of a group; null: nothing can be picked. */
  readonly onPickAll: ((group: string) => void) | null;
}

/** The same as the map, as a list: for those who do not see it, and to read letters by. */
export function MapLegend({ groups, partitions, marks, onPickAll }: MapLegendProps): ReactElement {
  return (
    <ul aria-label={words.legend} className="flex flex-col divide-y divide-line/60 text-sm">
      {groups.map((id) => {
        const own = partitions.flatMap((group, partition) => (group === id ? [partition] : []));
        return (
          <li key={id} className="flex items-start gap-2 py-2 first:pt-0">
            <GroupMark mark={marks.get(id)} />
            <div className="min-w-0 flex-1">
              <div className="flex min-h-5 flex-wrap items-baseline justify-between gap-x-3">
                <span className="font-mono font-medium">{id}</span>
                <span className="tnum text-xs text-ink-soft">{shardsText.groups.share(own.length)}</span>
              </div>
              <p className="tnum line-clamp-3 text-xs break-words text-ink-faint" title={partitionsText(own)}>
                {own.length === 0 ? words.none : partitionsText(own)}
              </p>
            </div>
            {onPickAll === null || own.length === 0 ? null : (
              <Button size="sm" look="quiet" aria-label={words.pickAll(id)} onClick={() => onPickAll(id)}>
                {words.all}
              </Button>
            )}
          </li>
        );
      })}
    </ul>
  );
}
