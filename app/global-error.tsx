'use client';

import type { ReactElement } from 'react';
import { text } from '../components/catalogue.ts';
import './globals.css';

/** The last resort, when even the layout broke: needs nothing but itself. */
export default function GlobalError(): ReactElement {
  return (
    <html lang="en">
      <body>
        <main className="p-8">
          <h1 className="text-xl font-semibold">{text.failure.pageTitle}</h1>
          <p>{text.failure.pageBody}</p>
        </main>
      </body>
    </html>
  );
}
