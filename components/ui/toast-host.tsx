'use client';

import type { ReactElement } from 'react';
import { Suspense, useEffect, useState } from 'react';
import type { Toast } from './toast.ts';
import { listenToToasts } from './toast.ts';
import { lazyPart } from './lazy-part.ts';

const ToastList = lazyPart(async () => (await import('./toast-list.tsx')).ToastList);

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
