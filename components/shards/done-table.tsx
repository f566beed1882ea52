import type { ReactElement } from 'react';
import type { Registry } from '../../lib/contract/schemas/shards.ts';
import type { MoveTimes } from '../../lib/queries/shards.ts';
import { shardsText } from '../catalogue/shards.ts';
import { text } from '../catalogue.ts';
import { Moment } from '../time.tsx';
import { Table, Td, Th } from '../ui/table.tsx';
import { FromTo } from './group-mark.tsx';
import type { Mark } from './marks.ts';
import { RangeText } from './range-text.tsx';

const words = shardsText.done;

/** More than these are history, and stand in the audit. */
const SHOWN_MAX = 20;

export interface DoneTableProps {
  readonly ledger: Registry['ledger'];
  readonly marks: ReadonlyMap<string, Mark>;
  readonly times: Readonly<Record<string, MoveTimes>>;
}

/** Moves that are done, the newest first: when, and for how long writes to them had to wait. */
export function DoneTable({ ledger, marks, times }: DoneTableProps): ReactElement {
  const { columns } = words;
  const shown = ledger.toReversed().slice(0, SHOWN_MAX);
  return (
    <>
      <Table label={words.label}>
        <thead>
          <tr>
            <Th>{columns.move}</Th>
            <Th>{columns.groups}</Th>
            <Th>{columns.range}</Th>
            <Th>{columns.when}</Th>
            <Th className="text-right">{columns.fence}</Th>
          </tr>
        </thead>
        <tbody>
          {shown.map(({ move, from, to, range }) => {
            const told = times[move];
            return (
              <tr key={move}>
                <Td className="font-mono text-xs whitespace-nowrap">{move}</Td>
                <Td>
                  <FromTo from={from} to={to} marks={marks} />
                </Td>
                <Td className="max-w-80 min-w-40 text-xs">
                  <RangeText range={range} />
                </Td>
                <Td className="text-xs whitespace-nowrap">
                  {told === undefined ? words.notKept : <Moment time={new Date(told.doneAtMs).toISOString()} />}
                </Td>
                <Td className="tnum text-right font-mono text-xs whitespace-nowrap">
                  {told?.fenceMs === undefined || told.fenceMs === null ? words.notKept : `${text.number(told.fenceMs)} ms`}
                </Td>
              </tr>
            );
          })}
        </tbody>
      </Table>
      <p className="px-4 py-2.5 text-xs text-ink-faint">
        {words.fenceHint} {ledger.length > SHOWN_MAX ? words.more(ledger.length - SHOWN_MAX) : null}
      </p>
    </>
  );
}
