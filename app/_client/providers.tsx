'use client';

import { QueryClientProvider } from '@tanstack/react-query';
import { ThemeProvider } from 'next-themes';
import type { ReactElement, ReactNode } from 'react';
import { useState } from 'react';
import { TimeProvider } from '../../components/time.tsx';
import type { TimeZone } from '../../components/time-zone.ts';
import { NonceProvider } from '../../components/ui/nonce.tsx';
import { createQueryClient } from '../../lib/queries/query-client.ts';

/** What signed-out pages need as well. */
export function Providers({
  nonce,
  renderedAt,
  zone,
  children,
}: {
  readonly nonce: string;
  readonly renderedAt: number;
  readonly zone: TimeZone;
  readonly children: ReactNode;
}): ReactElement {
  const [queries] = useState(createQueryClient);
  return (
    <NonceProvider value={nonce}>
      <ThemeProvider attribute="class" defaultTheme="system" enableSystem disableTransitionOnChange nonce={nonce}>
        <QueryClientProvider client={queries}>
          <TimeProvider renderedAt={renderedAt} zone={zone}>
            {children}
          </TimeProvider>
        </QueryClientProvider>
      </ThemeProvider>
    </NonceProvider>
  );
}
