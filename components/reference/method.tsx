import type { ReactElement } from 'react';
import { cx } from '../ui/cx.ts';

const colours: Readonly<Record<string, string>> = { GET: 'text-ink-soft', DELETE: 'text-bad', PUT: 'text-warn', POST: 'text-ok' };

/** A method by its name, coloured by whether it changes or takes away. */
export function Method({ method }: { readonly method: string }): ReactElement {
  return <span className={cx('w-12 shrink-0 font-mono text-2xs font-semibold', colours[method] ?? 'text-ink-soft')}>{method}</span>;
}
