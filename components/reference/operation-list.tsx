'use client';

import Link from 'next/link';
import type { MouseEvent, ReactElement } from 'react';
import { useState } from 'react';
import { referenceText } from '../catalogue/reference.ts';
import { cx } from '../ui/cx.ts';
import { NativeSelect, TextInput } from '../ui/field.tsx';
import { Method } from './method.tsx';
import type { Operation } from './openapi.ts';
import { findOperations, GROUPS } from './openapi.ts';

export interface OperationListProps {
  readonly operations: readonly Operation[];
  readonly current: string;
  readonly hrefOf: (id: string) => string;
  readonly onChoose: (id: string) => void;
}

/** All operations, by group: a list beside the page, or one field on a narrow screen. */
export function OperationList({ operations, current, hrefOf, onChoose }: OperationListProps): ReactElement {
  const [filter, setFilter] = useState('');
  const shown = findOperations(operations, filter);
  const choose = (event: MouseEvent, id: string): void => {
    // Whoever wants it in another tab gets it there.
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
    event.preventDefault();
    onChoose(id);
  };
  return (
    <>
      <div className="border-b bg-surface p-3 lg:hidden">
        <NativeSelect aria-label={referenceText.operation} value={current} onChange={(event) => onChoose(event.target.value)}>
          {GROUPS.map((group) => (
            <optgroup key={group} label={referenceText.groups[group]}>
              {operations
                .filter((operation) => operation.group === group)
                .map(({ id, method, path }) => (
                  <option key={id} value={id}>
                    {method} {shortPath(path)}
                  </option>
                ))}
            </optgroup>
          ))}
        </NativeSelect>
      </div>
      <div className="hidden w-88 shrink-0 flex-col border-r bg-surface lg:flex">
        <div className="p-3 pb-2">
          <TextInput
            type="search"
            value={filter}
            onChange={(event) => setFilter(event.target.value)}
            placeholder={referenceText.filter}
            aria-label={referenceText.filter}
          />
        </div>
        <nav aria-label={referenceText.operations} className="scroll-thin min-h-0 flex-1 overflow-auto px-2 pb-3">
          {shown.length === 0 ? <p className="px-2 py-3 text-sm text-ink-soft">{referenceText.noMatch(filter.trim())}</p> : null}
          {GROUPS.map((group) => {
            const inGroup = shown.filter((operation) => operation.group === group);
            return inGroup.length === 0 ? null : (
              <div key={group} className="pt-2">
                <h2 className="px-2 py-1 text-xs font-medium text-ink-soft">{referenceText.groups[group]}</h2>
                <ul>
                  {inGroup.map(({ id, method, path, summary }) => (
                    <li key={id}>
                      <Link
                        href={hrefOf(id)}
                        prefetch={false}
                        onClick={(event) => choose(event, id)}
                        aria-current={id === current ? 'page' : undefined}
                        title={summary}
                        className={cx(
                          'flex items-center gap-2 rounded-md px-2 py-1.5',
                          id === current ? 'bg-accent-wash text-accent' : 'text-ink hover:bg-ink/5',
                        )}
                      >
                        <Method method={method} />
                        <span className="min-w-0 truncate font-mono text-xs">{shortPath(path)}</span>
                      </Link>
                    </li>
                  ))}
                </ul>
              </div>
            );
          })}
        </nav>
      </div>
    </>
  );
}

/** Without what all of them begin with. */
function shortPath(path: string): string {
  return path.replace('/api/v1', '').replace('{namespace}', '{ns}');
}
