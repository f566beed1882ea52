import type { Metadata } from 'next';
import type { ReactElement } from 'react';
import { entryText } from '../../../../../../components/catalogue/entry.ts';
import { NewEntryPage } from './client.tsx';

export const metadata: Metadata = { title: entryText.entry.new };

interface Props {
  readonly params: Promise<{ readonly namespace: string }>;
  readonly searchParams: Promise<Record<string, string | string[] | undefined>>;
}

export default async function Page({ params, searchParams }: Props): Promise<ReactElement> {
  const [{ namespace }, { key }] = await Promise.all([params, searchParams]);
  return <NewEntryPage namespace={decodeURIComponent(namespace)} firstKey={typeof key === 'string' ? key : ''} />;
}
