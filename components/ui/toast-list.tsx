'use client';

import { CSPProvider } from '@base-ui/react/csp-provider';
import { Toast as Base } from '@base-ui/react/toast';
import { CircleAlert, CircleCheck, X } from 'lucide-react';
import type { ReactElement } from 'react';
import { useEffect, useEffectEvent, useRef, useState } from 'react';
import { text } from '../catalogue.ts';
import { buttonStyle } from './button.tsx';
import { useNonce } from './nonce.tsx';
import type { Toast } from './toast.ts';

const SHOWN_MS = 5000;

/** Shows each of what was said once. */
export function ToastList({ said }: { readonly said: readonly Toast[] }): ReactElement {
  const [manager] = useState(() => Base.createToastManager());
  const shown = useRef(0);
  const show = useEffectEvent((all: readonly Toast[]) => {
    for (const { title, detail, look } of all.slice(shown.current)) {
      manager.add({ title, description: detail, type: look ?? 'ok', timeout: SHOWN_MS, priority: look === 'bad' ? 'high' : 'low' });
    }
    shown.current = all.length;
  });
  useEffect(() => show(said), [said]);
  return (
    <CSPProvider nonce={useNonce()}>
      <Base.Provider toastManager={manager}>
        <Base.Portal>
          <Base.Viewport
            aria-label={text.notifications}
            className="fixed right-3 bottom-3 left-3 z-50 flex flex-col-reverse items-end gap-2 sm:left-auto sm:w-80"
          >
            <Toasts />
          </Base.Viewport>
        </Base.Portal>
      </Base.Provider>
    </CSPProvider>
  );
}

function Toasts(): ReactElement {
  const { toasts } = Base.useToastManager();
  return (
    <>
      {toasts.map((toast) => (
        <Base.Root
          key={toast.id}
          toast={toast}
          className="w-full rounded-lg border bg-raised shadow-float transition duration-150 data-ending-style:translate-y-2 data-ending-style:opacity-0 data-starting-style:translate-y-2 data-starting-style:opacity-0"
        >
          <Base.Content className="flex items-start gap-2.5 py-2.5 pr-2 pl-3 text-sm">
            {toast.type === 'bad' ? (
              <CircleAlert className="mt-0.5 size-4 shrink-0 text-bad" aria-hidden />
            ) : (
              <CircleCheck className="mt-0.5 size-4 shrink-0 text-ok" aria-hidden />
            )}
            <div className="min-w-0 flex-1">
              <Base.Title className="font-medium" />
              <Base.Description className="text-ink-soft empty:hidden" />
            </div>
            <Base.Close aria-label={text.dismiss} className={buttonStyle({ look: 'quiet', size: 'icon-xs' })}>
              <X aria-hidden />
            </Base.Close>
          </Base.Content>
        </Base.Root>
      ))}
    </>
  );
}
