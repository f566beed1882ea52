import type { ReactElement } from 'react';
import { cx } from '../ui/cx.ts';
import type { Mark } from './marks.ts';

/** The letter and colour of a group, beside its name. */
export function GroupMark({ mark }: { readonly mark: Mark | undefined }): ReactElement {
  return (
    <span
      aria-hidden
      className={cx(
        'inline-flex size-5 shrink-0 items-center justify-center rounded-sm font-mono text-2xs font-semibold text-ink',
        mark?.colour ?? 'bg-sunken',
      )}
    >
      {mark?.letter ?? '?'}
    </span>
  );
}

/** A group by its mark and its name. */
export function GroupName({ id, marks }: { readonly id: string; readonly marks: ReadonlyMap<string, Mark> }): ReactElement {
  return (
    <span className="inline-flex items-center gap-2 whitespace-nowrap">
      <GroupMark mark={marks.get(id)} />
      <span className="font-mono font-medium">{id}</span>
    </span>
  );
}

/** From one group to another. */
export function FromTo({
  from,
  to,
  marks,
}: {
  readonly from: string;
  readonly to: string;
  readonly marks: ReadonlyMap<string, Mark>;
}): ReactElement {
  return (
    <span className="inline-flex flex-wrap items-center gap-x-2 gap-y-1">
      <GroupName id={from} marks={marks} />
      <span aria-hidden className="text-ink-faint">
        →
      </span>
      <span className="sr-only">, </span>
      <GroupName id={to} marks={marks} />
    </span>
  );
}
