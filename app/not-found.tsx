import Link from 'next/link';
import type { ReactElement } from 'react';
import { text } from '../components/catalogue.ts';
import { EmptyState } from '../components/config/empty-state.tsx';
import { paths } from '../components/paths.ts';
import { buttonStyle } from '../components/ui/button.tsx';

export default function NotFound(): ReactElement {
  return (
    <main className="flex min-h-full">
      <EmptyState heading="h1" title={text.failure.notFoundTitle} lead={text.failure.notFoundBody}>
        <Link href={paths.home} className={buttonStyle({ look: 'primary' })}>
          {text.failure.backHome}
        </Link>
      </EmptyState>
    </main>
  );
}
