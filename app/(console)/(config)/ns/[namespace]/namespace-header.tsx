'use client';

import type { ReactElement, ReactNode } from 'react';
import { text } from '../../../../../components/catalogue.ts';
import { FreshnessBadge } from '../../../../../components/entry/freshness-badge.tsx';
import type { AnswerMeta } from '../../../../../lib/client/types.ts';
import type { Namespace } from '../../../../../lib/contract/model.ts';

export interface NamespaceHeaderProps {
  readonly namespace: string;
  readonly about: Namespace | undefined;
  readonly read: AnswerMeta | undefined;
  readonly actions: ReactNode;
}

export function NamespaceHeader({ namespace, about, read, actions }: NamespaceHeaderProps): ReactElement {
  const said =
    about === undefined ? [] : [about.description, about.owner === '' ? '' : text.table.owner(about.owner)].filter((part) => part !== '');
  return (
    <div className="flex items-start gap-3 border-b px-4 py-3">
      <div className="min-w-0 flex-1">
        <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
          <h1 className="min-w-0 text-lg font-semibold break-words">{namespace}</h1>
          {read === undefined ? null : <FreshnessBadge read={read} />}
        </div>
        {/* Its line is there before its words are. */}
        <p className="min-h-5 text-sm text-ink-soft">{said.join(' · ')}</p>
      </div>
      {actions}
    </div>
  );
}
