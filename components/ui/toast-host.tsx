'use client';

import type { ReactElement } from 'react';
import { lazy, Suspense, useEffect, useState } from 'react';
import type { Toast } from './toast.ts';
import { listenToToasts } from './toast.ts';

const ToastList = lazy(async () => ({ default: (await import('./toast-list.tsx')).ToastList }));

/** Where toasts show. What they are made of is fetched with the first. */
export function ToastHost(): ReactElement | null {
  const [said, setSaid] = useState<readonly Toast[]>([]);
  useEffect(() => listenToToasts((toast) => setSaid((before) => [...before, toast])), []);
  if (said.length === 0) return null;
  return (
    <Suspense>
      <ToastList said={said} />
    </Suspense>
  );
}
