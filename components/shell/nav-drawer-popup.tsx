'use client';

import { CSPProvider } from '@base-ui/react/csp-provider';
import { Dialog as Base } from '@base-ui/react/dialog';
import { X } from 'lucide-react';
import Link from 'next/link';
import type { ReactElement } from 'react';
import { useState } from 'react';
import { text } from '../catalogue.ts';
import { buttonStyle } from '../ui/button.tsx';
import { cx } from '../ui/cx.ts';
import { useNonce } from '../ui/nonce.tsx';
import type { PopupProps } from '../ui/on-demand.tsx';
import { covers, pagesFor } from './nav.ts';
import type { NavDrawerProps } from './nav-drawer.tsx';

export function Popup({ trigger, path, role, clusterName, clusterId }: NavDrawerProps & PopupProps): ReactElement {
  // Open from the start: it is loaded when it is asked for. The next page closes it.
  const [open, setOpen] = useState(true);
  return (
    <CSPProvider nonce={useNonce()}>
      <Base.Root open={open} onOpenChange={setOpen}>
        <Base.Trigger render={trigger} />
        <Base.Portal>
          <Base.Backdrop className="fixed inset-0 z-40 bg-black/45 transition-opacity duration-150 data-ending-style:opacity-0 data-starting-style:opacity-0" />
          <Base.Popup className="fixed inset-y-0 left-0 z-50 flex w-72 max-w-[86vw] flex-col border-r bg-surface shadow-float transition duration-150 outline-none data-ending-style:-translate-x-4 data-ending-style:opacity-0 data-starting-style:-translate-x-4 data-starting-style:opacity-0">
            <div className="flex h-12 items-center gap-3 border-b pr-2 pl-4">
              <Base.Title className="min-w-0 flex-1 truncate font-semibold">
                {clusterName} <span className="font-mono text-xs font-normal text-ink-faint">{clusterId}</span>
              </Base.Title>
              <Base.Close className={buttonStyle({ look: 'quiet', size: 'icon-sm' })} aria-label={text.close}>
                <X aria-hidden />
              </Base.Close>
            </div>
            <nav aria-label={text.mainNavigation} className="scroll-thin flex flex-col gap-0.5 overflow-auto p-2">
              {pagesFor(role).map((page) => {
                const current = covers(page, path);
                return (
                  <Link
                    key={page.href}
                    href={page.href}
                    onClick={() => setOpen(false)}
                    aria-current={current ? 'page' : undefined}
                    className={cx(
                      'flex h-10 items-center gap-3 rounded-md px-3',
                      current ? 'bg-accent-wash font-medium text-accent' : 'text-ink hover:bg-ink/5',
                    )}
                  >
                    <page.Icon className={cx('size-4 shrink-0', !current && 'text-ink-faint')} aria-hidden />
                    {page.label}
                  </Link>
                );
              })}
            </nav>
          </Base.Popup>
        </Base.Portal>
      </Base.Root>
    </CSPProvider>
  );
}
