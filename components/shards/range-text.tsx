import type { ReactElement } from 'react';
import { Fragment } from 'react';
import type { RangePart } from '../../lib/contract/schemas/shards.ts';
import { rangeLines } from './ranges.ts';

/** What a range has, a line per part; long ones are cut, and whole on hover. */
export function RangeText({ range }: { readonly range: readonly RangePart[] }): ReactElement {
  const lines = rangeLines(range);
  return (
    <span title={lines.join('\n')} className="tnum line-clamp-4 break-words">
      {lines.map((line, at) => (
        <Fragment key={line}>
          {at === 0 ? null : <br />}
          {line}
        </Fragment>
      ))}
    </span>
  );
}
