'use client';

import { CSPProvider } from '@base-ui/react/csp-provider';
import { Tooltip as Base } from '@base-ui/react/tooltip';
import type { ReactElement, ReactNode } from 'react';
import { useNonce } from './nonce.tsx';

/**
 * Words about a control, shown on hover and on focus. Only what the control does not say otherwise: phones have no hover. For pages
 * that load by themselves; what every page shows uses `title`, which costs nothing.
 */
export function Tooltip({ trigger, children }: { readonly trigger: ReactElement; readonly children: ReactNode }): ReactElement {
  return (
    <CSPProvider nonce={useNonce()}>
      <Base.Root>
        <Base.Trigger render={trigger} />
        <Base.Portal>
          <Base.Positioner sideOffset={6} className="z-50">
            <Base.Popup className="max-w-72 rounded-md bg-ink px-2 py-1 text-xs text-surface shadow-float">{children}</Base.Popup>
          </Base.Positioner>
        </Base.Portal>
      </Base.Root>
    </CSPProvider>
  );
}
