import type { Metadata } from 'next';
import type { ReactElement } from 'react';
import { text } from '../../../components/catalogue.ts';
import { ConfigHome } from './home.tsx';

export const metadata: Metadata = { title: text.pages.configuration };

export default function HomePage(): ReactElement {
  return <ConfigHome />;
}
