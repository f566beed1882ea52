'use client';

import type { ReactElement } from 'react';
import { text } from '../components/catalogue.ts';
import { EmptyState } from '../components/config/empty-state.tsx';
import { Button } from '../components/ui/button.tsx';

/** A page that broke: says so, keeps what was typed, and tries again on request. */
export default function PageError({
  error,
  reset,
}: {
  readonly error: Error & { readonly digest?: string };
  readonly reset: () => void;
}): ReactElement {
  return (
    <main className="flex min-h-full flex-1">
      <EmptyState heading="h1" title={text.failure.pageTitle} lead={text.failure.pageBody}>
        {error.digest === undefined ? null : <p className="mb-3 font-mono text-xs text-ink-faint">{error.digest}</p>}
        <Button look="primary" onClick={() => (reset(), location.reload())}>
          {text.tryAgain}
        </Button>
      </EmptyState>
    </main>
  );
}
