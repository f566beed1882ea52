import { ChevronLeft } from 'lucide-react';
import Link from 'next/link';
import type { ReactElement, ReactNode } from 'react';
import { paths } from '../../../../../components/paths.ts';

export interface CrumbsProps {
  readonly namespace: string;
  /** What can be done with what this page is about. */
  readonly actions?: ReactNode;
  readonly children: ReactNode;
}

/** The way back to the namespace, and what this page is about. */
export function Crumbs({ namespace, actions, children }: CrumbsProps): ReactElement {
  return (
    <div className="flex items-start gap-3 border-b px-4 py-3">
      <div className="min-w-0 flex-1">
        <Link
          href={paths.namespace(namespace)}
          prefetch={false}
          className="-ml-1 inline-flex max-w-full items-center gap-0.5 rounded-sm pr-1 text-xs text-ink-soft hover:text-ink"
        >
          <ChevronLeft className="size-3.5 shrink-0" aria-hidden />
          <span className="truncate">{namespace}</span>
        </Link>
        {children}
      </div>
      {actions}
    </div>
  );
}
