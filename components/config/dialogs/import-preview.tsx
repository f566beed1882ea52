import type { ReactElement } from 'react';
import { workText } from '../../catalogue/config-work.ts';
import type { Tone } from '../../ui/badge.tsx';
import { Badge } from '../../ui/badge.tsx';
import { cx } from '../../ui/cx.ts';
import type { ImportKind, ImportRow } from '../transfer/plan-import.ts';

/** As many as anybody reads; the numbers above are of all. */
const SHOWN = 200;
const PREVIEW_CHARS = 80;

const tones: Readonly<Record<ImportKind, Tone>> = { added: 'ok', changed: 'warn', equal: 'neutral', refused: 'bad' };
const order: readonly ImportKind[] = ['refused', 'changed', 'added', 'equal'];

/** What an import would do, key by key: what needs a look comes first. */
export function ImportPreview({ rows, overwrite }: { readonly rows: readonly ImportRow[]; readonly overwrite: boolean }): ReactElement {
  const sorted = order.flatMap((kind) => rows.filter((row) => row.kind === kind));
  return (
    <section aria-label={workText.import.preview} className="flex flex-col gap-2">
      <div className="flex flex-wrap gap-2">
        {order.toReversed().map((kind) => {
          const count = rows.filter((row) => row.kind === kind).length;
          return (
            <Badge key={kind} tone={count === 0 ? 'neutral' : tones[kind]} className="tnum">
              {workText.import.kinds[kind]} {count}
            </Badge>
          );
        })}
      </div>
      {rows.length === 0 ? null : (
        <ul
          // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- it scrolls, and keyboards must reach what is below
          tabIndex={0}
          aria-label={workText.import.preview}
          className="scroll-thin max-h-72 divide-y overflow-auto rounded-md border text-sm"
        >
          {sorted.slice(0, SHOWN).map((row, at) => (
            <li
              key={at}
              className={cx('flex items-start gap-3 px-3 py-1.5', row.kind === 'changed' && !overwrite && 'text-ink-faint line-through')}
            >
              <Badge tone={tones[row.kind]} className="mt-0.5 w-20 justify-center">
                {workText.import.kinds[row.kind]}
              </Badge>
              <div className="min-w-0 flex-1">
                <div className="font-mono text-[0.8125rem] break-all">{row.key}</div>
                <div className="truncate text-xs text-ink-soft">
                  {row.reason ?? (row.kind === 'changed' ? <Change row={row} /> : short(row.wanted.value))}
                </div>
              </div>
            </li>
          ))}
          {sorted.length > SHOWN ? (
            <li className="px-3 py-1.5 text-xs text-ink-soft">{workText.import.shown(sorted.length - SHOWN)}</li>
          ) : null}
        </ul>
      )}
    </section>
  );
}

function Change({ row }: { readonly row: ImportRow }): ReactElement {
  return (
    <>
      {short(row.wanted.value)} <span className="text-ink-faint">· {workText.import.before(short(row.now?.value ?? ''))}</span>
    </>
  );
}

function short(value: string): string {
  const line = value.trim().replaceAll(/\s+/g, ' ');
  return line.length > PREVIEW_CHARS ? `${line.slice(0, PREVIEW_CHARS)}…` : line;
}
