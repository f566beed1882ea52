import Link from 'next/link';
import type { ReactElement } from 'react';
import type { Revision } from '../../lib/contract/model.ts';
import { historyText } from '../catalogue/history.ts';
import { text } from '../catalogue.ts';
import { TypeTag } from '../config/type-tag.tsx';
import { paths } from '../paths.ts';
import { Ago } from '../time.tsx';
import { cx } from '../ui/cx.ts';
import { Table, tableStyle, Td, Th } from '../ui/table.tsx';

const { columns, label } = historyText.deletedKeys;

/** Deleted keys; each leads to its history. */
export function DeletedTable({
  namespace,
  deletions,
}: {
  readonly namespace: string;
  readonly deletions: readonly Revision[];
}): ReactElement {
  return (
    <Table label={label(namespace)} className="table-fixed">
      <thead>
        <tr>
          <Th>{columns.key}</Th>
          <Th className="w-24 max-sm:hidden">{columns.type}</Th>
          <Th className="w-16 text-right max-md:hidden">{columns.revision}</Th>
          <Th className="w-28">{columns.time}</Th>
          <Th className="w-36 max-md:hidden">{columns.author}</Th>
          <Th className="max-lg:hidden">{columns.message}</Th>
        </tr>
      </thead>
      <tbody>
        {deletions.map((deletion) => (
          <tr key={deletion.key} className={cx('relative focus-within:bg-ink/5', tableStyle.row)}>
            <Td className="truncate">
              <Link
                href={paths.history(namespace, deletion.key, deletion.revision > 1 ? { to: deletion.revision - 1 } : undefined)}
                prefetch={false}
                title={deletion.key}
                className="font-mono text-[0.8125rem] after:absolute after:inset-0 focus-visible:outline-none focus-visible:after:rounded-sm focus-visible:after:outline-2 focus-visible:after:-outline-offset-2 focus-visible:after:outline-accent"
              >
                {deletion.key}
              </Link>
            </Td>
            <Td className="max-sm:hidden">
              <TypeTag type={deletion.type} />
            </Td>
            <Td className="tnum text-right text-ink-soft max-md:hidden">{text.number(deletion.revision)}</Td>
            <Td className="tnum text-ink-soft">
              <Ago time={deletion.time} />
            </Td>
            <Td className="truncate text-ink-soft max-md:hidden" title={deletion.author}>
              {deletion.author}
            </Td>
            <Td className="truncate text-ink-soft max-lg:hidden" title={deletion.message}>
              {deletion.message}
            </Td>
          </tr>
        ))}
      </tbody>
    </Table>
  );
}
