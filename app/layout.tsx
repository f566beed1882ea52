import { GeistMono } from 'geist/font/mono';
import { GeistSans } from 'geist/font/sans';
import type { Metadata, Viewport } from 'next';
import { cookies, headers } from 'next/headers';
import type { ReactElement, ReactNode } from 'react';
import { text } from '../components/catalogue.ts';
import { decodeZone, ZONE_COOKIE } from '../components/time-zone.ts';
import { cx } from '../components/ui/cx.ts';
import { Providers } from './_client/providers.tsx';
import './globals.css';

export const metadata: Metadata = { title: { default: text.product, template: `%s · ${text.product}` } };

export const viewport: Viewport = {
  themeColor: [
    { media: '(prefers-color-scheme: light)', color: '#ffffff' },
    { media: '(prefers-color-scheme: dark)', color: '#14161d' },
  ],
};

/** Every page is rendered per request: each has a nonce of its own. */
export default async function RootLayout({ children }: { readonly children: ReactNode }): Promise<ReactElement> {
  const [head, jar] = await Promise.all([headers(), cookies()]);
  const nonce = head.get('x-nonce') ?? '';
  return (
    <html lang="en" className={cx(GeistSans.variable, GeistMono.variable)} suppressHydrationWarning>
      <body>
        <Providers nonce={nonce} renderedAt={Date.now()} zone={decodeZone(jar.get(ZONE_COOKIE)?.value)}>
          {children}
        </Providers>
      </body>
    </html>
  );
}
