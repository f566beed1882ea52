import type { ReactElement } from 'react';
import { text } from '../components/catalogue.ts';
import { EmptyState } from '../components/config/empty-state.tsx';
import { paths } from '../components/paths.ts';
import { buttonStyle } from '../components/ui/button.tsx';

export default function NotFound(): ReactElement {
  return (
    <main className="flex min-h-full">
      <EmptyState heading="h1" title={text.failure.notFoundTitle} lead={text.failure.notFoundBody}>
        {/* Loads anew: this page is a part of every first load, and brings no router of its own. */}
        <a href={paths.home} className={buttonStyle({ look: 'primary' })}>
          {text.failure.backHome}
        </a>
      </EmptyState>
    </main>
  );
}
