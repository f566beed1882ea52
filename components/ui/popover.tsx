'use client';

import { CSPProvider } from '@base-ui/react/csp-provider';
import { Popover as Base } from '@base-ui/react/popover';
import type { ReactElement, ReactNode } from 'react';
import { useNonce } from './nonce.tsx';

/** More about something small, open from the start: it is loaded when it is asked for. */
export function Popover({
  trigger,
  title,
  children,
}: {
  readonly trigger: ReactElement;
  readonly title: string;
  readonly children: ReactNode;
}): ReactElement {
  return (
    <CSPProvider nonce={useNonce()}>
      <Base.Root defaultOpen>
        <Base.Trigger render={trigger} />
        <Base.Portal>
          <Base.Positioner sideOffset={6} align="end" collisionPadding={12} className="z-50">
            <Base.Popup className="w-80 max-w-[92vw] rounded-lg border bg-raised p-3 text-sm shadow-float transition duration-100 outline-none data-ending-style:opacity-0 data-starting-style:opacity-0">
              <Base.Title className="mb-2 text-sm font-semibold">{title}</Base.Title>
              {children}
            </Base.Popup>
          </Base.Positioner>
        </Base.Portal>
      </Base.Root>
    </CSPProvider>
  );
}
