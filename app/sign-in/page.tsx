import type { Metadata } from 'next';
import { redirect } from 'next/navigation';
import type { ReactElement } from 'react';
import { signInText } from '../../components/catalogue/sign-in.ts';
import { safeNext } from '../../components/paths.ts';
import { Mark } from '../../components/shell/mark.tsx';
import { nodeHandle } from '../_server/node-handle.ts';
import { signedIn } from '../_server/signed-in.ts';
import { SignIn } from './client.tsx';

export const metadata: Metadata = { title: signInText.title };

export default async function SignInPage({
  searchParams,
}: {
  readonly searchParams: Promise<Record<string, string | string[] | undefined>>;
}): Promise<ReactElement> {
  const { next } = await searchParams;
  const target = safeNext(typeof next === 'string' ? next : null);
  if ((await signedIn()).kind === 'signed-in') redirect(target);
  return (
    <main className="flex min-h-full items-center justify-center p-4">
      <div className="w-full max-w-sm rounded-lg border bg-surface p-6 shadow-card">
        <Mark className="mb-4 size-9" />
        <h1 className="text-xl font-semibold">{signInText.title}</h1>
        <p className="mb-6 text-ink-soft">{signInText.lead(nodeHandle().settings.clusterName)}</p>
        <SignIn next={target} />
      </div>
    </main>
  );
}
