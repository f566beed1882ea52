'use client';

import { usePathname } from 'next/navigation';
import { useTheme } from 'next-themes';
import type { ReactElement, ReactNode } from 'react';
import { Suspense, useState } from 'react';
import { text } from '../../components/catalogue.ts';
import { paths } from '../../components/paths.ts';
import type { ThemeName } from '../../components/shell/account-menu.tsx';
import { AccountMenu } from '../../components/shell/account-menu.tsx';
import { PaletteButton } from '../../components/shell/palette-button.tsx';
import { ReadingMenu } from '../../components/shell/reading-menu.tsx';
import { TypeAhead } from '../../components/shell/type-ahead.tsx';
import { TopBar } from '../../components/shell/top-bar.tsx';
import { Button } from '../../components/ui/button.tsx';
import { ToastHost } from '../../components/ui/toast-host.tsx';
import { Notice } from '../../components/ui/notice.tsx';
import type { Dropped } from '../_client/console.tsx';
import { useConsole } from '../_client/console.tsx';
import { LiveStrip, useLive } from '../_client/live.tsx';
import { lazyPart } from '../../components/ui/lazy-part.ts';

const Palette = lazyPart(async () => (await import('../_client/palette.tsx')).Palette);

/** Bar, strip, what has to be said, and the page. */
export function Shell({ children }: { readonly children: ReactNode }): ReactElement {
  const { clusterId, clusterName, session, choice, setChoice, dropped, dismissDropped, reader } = useConsole();
  const path = usePathname();
  const { theme, setTheme } = useTheme();
  const { status } = useLive();
  const [commanding, setCommanding] = useState(false);
  const [typed, setTyped] = useState('');
  const close = (): void => {
    setCommanding(false);
    setTyped('');
  };

  const signOut = async (): Promise<void> => {
    try {
      await reader.client.signIn.signOut();
    } finally {
      location.assign(paths.signIn());
    }
  };

  return (
    <div className="flex h-dvh flex-col">
      <a
        href="#content"
        className="absolute top-2 left-2 z-50 -translate-y-20 rounded-md bg-accent px-3 py-1.5 text-on-accent focus:translate-y-0"
      >
        {text.skipToContent}
      </a>
      <TopBar clusterName={clusterName} clusterId={clusterId} path={path} role={session.role}>
        <PaletteButton onOpen={() => setCommanding(true)} />
        <ReadingMenu choice={choice} nodes={status?.nodes.map(({ id }) => id) ?? []} onChange={setChoice} />
        <AccountMenu session={session} theme={themeName(theme)} onTheme={setTheme} onSignOut={() => void signOut()} />
      </TopBar>
      <LiveStrip />
      {dropped.length === 0 ? null : <RestoredNotice dropped={dropped} onDismiss={dismissDropped} />}
      <div id="content" tabIndex={-1} className="flex min-h-0 flex-1 flex-col outline-none">
        {children}
      </div>
      <ToastHost />
      {commanding ? (
        <Suspense fallback={<TypeAhead onType={setTyped} onClose={close} />}>
          <Palette query={typed} onQuery={setTyped} onClose={close} onSignOut={() => void signOut()} />
        </Suspense>
      ) : null}
    </div>
  );
}

function themeName(theme: string | undefined): ThemeName {
  return theme === 'light' || theme === 'dark' ? theme : 'system';
}

/** Said once: versions that this browser held are not (or no longer) this cluster's. */
function RestoredNotice({ dropped, onDismiss }: { readonly dropped: readonly Dropped[]; readonly onDismiss: () => void }): ReactElement {
  const versions = dropped.map(({ version }) => version).join(', ');
  const foreign = dropped.every(({ code }) => code === 'version-of-another-cluster');
  return (
    <div className="px-3 pt-3 sm:px-4">
      <Notice
        look="warn"
        live="assertive"
        title={text.restored.title}
        actions={
          <Button size="sm" onClick={onDismiss}>
            {text.restored.dismiss}
          </Button>
        }
      >
        {foreign ? text.restored.elsewhere(versions) : text.restored.body(versions)}
      </Notice>
    </div>
  );
}
