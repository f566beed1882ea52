'use client';

import { Scale } from 'lucide-react';
import type { ReactElement } from 'react';
import { useState } from 'react';
import { shardsText } from '../../../components/catalogue/shards.ts';
import { MapLegend } from '../../../components/shards/map-legend.tsx';
import type { Mark } from '../../../components/shards/marks.ts';
import { PartitionMap } from '../../../components/shards/partition-map.tsx';
import { activeGroups, heldPartitions } from '../../../components/shards/standing.ts';
import { Button } from '../../../components/ui/button.tsx';
import { Panel } from '../../../components/ui/page.tsx';
import type { Registry } from '../../../lib/contract/schemas/shards.ts';
import type { ShardWork } from './dialogs.tsx';

const words = shardsText.map;
const NOTHING: ReadonlySet<number> = new Set();

export interface MapPanelProps {
  readonly registry: Registry;
  readonly marks: ReadonlyMap<string, Mark>;
  /** Partition that somebody has asked about. */
  readonly found: number | null;
  /** Null: the reader has no right to. */
  readonly onWork: ((work: ShardWork) => void) | null;
  /** Another change has to end first. */
  readonly moving: boolean;
}

/** The partitions as a map and as a list, and a way to move some. */
export function MapPanel({ registry, marks, found, onWork, moving }: MapPanelProps): ReactElement {
  const [picked, setPicked] = useState(NOTHING);
  // Once they move they are not picked any more.
  const [epoch, setEpoch] = useState(registry.epoch);
  if (epoch !== registry.epoch) {
    setEpoch(registry.epoch);
    setPicked(NOTHING);
  }
  const { partitions, groups } = registry;
  const shown = groups.filter(({ state, partitions: own }) => state === 'active' || own > 0).map(({ id }) => id);
  return (
    <Panel
      title={words.title}
      actions={
        onWork === null ? undefined : (
          <div className="flex flex-wrap items-center gap-2">
            <output className="tnum text-xs text-ink-soft">{picked.size === 0 ? null : words.picked(picked.size)}</output>
            {picked.size === 0 ? null : (
              <Button size="sm" look="quiet" onClick={() => setPicked(NOTHING)}>
                {words.clear}
              </Button>
            )}
            <Button size="sm" disabled={moving || activeGroups(registry).length < 2} onClick={() => onWork({ kind: 'rebalance' })}>
              <Scale aria-hidden />
              {shardsText.groups.rebalance}
            </Button>
            <Button size="sm" disabled={moving} onClick={() => onWork({ kind: 'partitions', picked: [...picked] })}>
              {words.movePicked}
            </Button>
          </div>
        )
      }
    >
      <p className="mb-3 max-w-3xl text-sm text-ink-soft">
        {words.hint} {onWork === null ? words.browse : words.pick}
      </p>
      <div className="grid gap-x-8 gap-y-4 md:grid-cols-[minmax(0,32rem)_minmax(0,1fr)]">
        <PartitionMap
          partitions={partitions}
          held={heldPartitions(registry)}
          marks={marks}
          found={found}
          picking={onWork === null ? null : { picked, onPick: setPicked }}
        />
        <MapLegend
          groups={shown}
          partitions={partitions}
          marks={marks}
          onPickAll={
            onWork === null
              ? null
              : (group) => setPicked(new Set(partitions.flatMap((owner, partition) => (owner === group ? [partition] : []))))
          }
        />
      </div>
    </Panel>
  );
}
