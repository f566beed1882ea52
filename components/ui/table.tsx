import type { ComponentProps, ReactElement } from 'react';
import { cx } from './cx.ts';

/** Classes of all tables: those made of the components below, and those that render their own rows. */
export const tableStyle = {
  table: 'w-full border-separate border-spacing-0 text-sm',
  head: 'border-b bg-sunken px-2 text-xs font-medium text-ink-soft first:pl-4 last:pr-4',
  cell: 'border-b border-line/60 px-2 first:pl-4 last:pr-4',
  row: 'hover:bg-ink/4',
} as const;

/** A plain table; wide ones scroll by themselves. Its caption is for those who do not see it. */
export function Table({ label, className, children, ...rest }: ComponentProps<'table'> & { readonly label: string }): ReactElement {
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls sideways must be reachable by keyboard
    <section aria-label={label} tabIndex={0} className="scroll-thin relative overflow-x-auto -outline-offset-2">
      <table aria-label={label} className={cx(tableStyle.table, className)} {...rest}>
        {children}
      </table>
    </section>
  );
}

export function Th({ className, scope = 'col', ...rest }: ComponentProps<'th'>): ReactElement {
  return <th scope={scope} className={cx('h-8 text-left whitespace-nowrap', tableStyle.head, className)} {...rest} />;
}

export function Td({ className, ...rest }: ComponentProps<'td'>): ReactElement {
  return <td className={cx('h-9 py-1.5', tableStyle.cell, className)} {...rest} />;
}
