import { headers } from 'next/headers';
import { redirect } from 'next/navigation';
import type { ReactElement, ReactNode } from 'react';
import { paths } from '../../components/paths.ts';
import { ConsoleProvider } from '../_client/console.tsx';
import { LiveProvider } from '../_client/live.tsx';
import { firstStatus } from '../_server/first-status.ts';
import { nodeHandle } from '../_server/node-handle.ts';
import { serverReader } from '../_server/reader.ts';
import { signedIn } from '../_server/signed-in.ts';
import { Shell } from './shell.tsx';

/** Shell of every page for those who are signed in. */
export default async function ConsoleLayout({ children }: { readonly children: ReactNode }): Promise<ReactElement> {
  const [head, reader, who, status] = await Promise.all([headers(), serverReader(), signedIn(), firstStatus()]);
  if (who.kind === 'signed-out') redirect(paths.signIn(head.get('x-confman-path') ?? paths.home));
  if (who.kind === 'unknown') throw who.error;
  const { clusterId, settings } = nodeHandle();
  return (
    <ConsoleProvider
      clusterId={clusterId() ?? ''}
      clusterName={settings.clusterName}
      nonce={head.get('x-nonce') ?? ''}
      session={who.session}
      choice={reader.choice}
    >
      <LiveProvider first={status} renderedAt={Date.now()}>
        <Shell>{children}</Shell>
      </LiveProvider>
    </ConsoleProvider>
  );
}
