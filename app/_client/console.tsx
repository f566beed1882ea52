'use client';

import { useQueryClient } from '@tanstack/react-query';
import type { ReactElement, ReactNode } from 'react';
import { createContext, useContext, useEffect, useMemo, useRef, useState } from 'react';
import { createClient } from '../../lib/client/create-client.ts';
import { Session } from '../../lib/client/session.ts';
import type { Notice } from '../../lib/client/types.ts';
import type { Session as SignedIn } from '../../lib/contract/schemas/access.ts';
import type { Reader } from '../../lib/queries/reader.ts';
import type { ReadingChoice } from '../../lib/queries/token-cookie.ts';
import { encodeReadingCookie, readingCookieName } from '../../lib/queries/token-cookie.ts';
import { browserSlots, cookieSlot, tokenStorage } from './token-storage.ts';

/** The first attempt is short, so that a page can soon say what it waits for; those after it hold the request longer. */
const FIRST_WAIT_MS = 300;
const WAIT_MS = 1500;
/** For the quorum behind a linearizable read. */
const QUORUM_WAIT_MS = 5000;

export type Dropped = Extract<Notice, { type: 'version-dropped' }>;

export interface Console {
  readonly clusterId: string;
  readonly clusterName: string;
  readonly nonce: string;
  readonly session: SignedIn;
  readonly reader: Reader;
  /** Asks again, through the leader, for everything that this page waits for. */
  readonly readFromLeader: () => Promise<void>;
  readonly choice: ReadingChoice;
  readonly setChoice: (choice: ReadingChoice) => void;
  /** Versions that this cluster refused, still to be said. */
  readonly dropped: readonly Dropped[];
  readonly dismissDropped: () => void;
  /** Takes up what a server render dropped. */
  readonly takeDropped: (dropped: readonly Dropped[]) => void;
}

const Context = createContext<Console | null>(null);

/** What every page of the console stands on. */
export function useConsole(): Console {
  const console = useContext(Context);
  if (console === null) throw new Error('useConsole is for pages below the console layout');
  return console;
}

export interface ConsoleProviderProps {
  readonly clusterId: string;
  readonly clusterName: string;
  readonly nonce: string;
  readonly session: SignedIn;
  readonly choice: ReadingChoice;
  readonly children: ReactNode;
}

export function ConsoleProvider({
  clusterId,
  clusterName,
  nonce,
  session,
  choice: firstChoice,
  children,
}: ConsoleProviderProps): ReactElement {
  const queries = useQueryClient();
  const [dropped, setDropped] = useState<readonly Dropped[]>([]);
  const [choice, setChoice] = useState(firstChoice);
  const choiceNow = useRef(choice);
  const fromLeader = useRef(false);

  // The server renders these components too, but reads only in the browser: there is no token to keep there.
  const client = useMemo(
    () =>
      createClient({
        endpoints: [''],
        source: 'console',
        session: typeof document === 'undefined' ? new Session() : Session.over(tokenStorage(browserSlots(clusterId))),
        retry: { attemptsMax: 4 },
        timeouts: { totalMs: 12_000 },
        onNotice: (notice) => {
          if (notice.type === 'version-dropped') setDropped((before) => [...before, notice]);
        },
      }),
    [clusterId],
  );

  useEffect(() => shareToken(client.session, clusterId), [client, clusterId]);

  // Answers that the server's render brought count as seen. Each once: what lies in the cache from before a restore would else
  // bring back, with every event of its query, the very versions that the session has dropped.
  useEffect(() => {
    const seen = new WeakMap<object, string>();
    return queries.getQueryCache().subscribe(({ query }) => {
      const token = (query.state.data as { readonly meta?: { readonly token?: string | null } } | undefined)?.meta?.token;
      if (typeof token !== 'string' || seen.get(query) === token) return;
      seen.set(query, token);
      client.session.observe(token);
    });
  }, [queries, client]);

  const value = useMemo((): Console => {
    const chosen = (): { consistency?: 'eventual' | 'linearizable'; node?: string } => {
      const { mode, node } = choiceNow.current;
      return { ...(mode === 'session' ? {} : { consistency: mode }), ...(node === null ? {} : { node }) };
    };
    return {
      clusterId,
      clusterName,
      nonce,
      session,
      choice,
      reader: {
        client,
        options: (failures) => {
          // Next to nothing, but not nothing: a linearizable read may not be told not to wait.
          if (fromLeader.current) return { ...chosen(), maxWaitMs: 1, onTimeout: 'forward' };
          return {
            ...chosen(),
            maxWaitMs: choiceNow.current.mode === 'linearizable' ? QUORUM_WAIT_MS : failures === 0 ? FIRST_WAIT_MS : WAIT_MS,
          };
        },
      },
      readFromLeader: async () => {
        const waiting = queries.getQueryCache().findAll({ fetchStatus: 'fetching' });
        // A read that waits would otherwise be taken for the new one.
        await Promise.all(waiting.map(({ queryKey }) => queries.cancelQueries({ queryKey, exact: true })));
        fromLeader.current = true;
        try {
          await Promise.all(waiting.map(({ queryKey }) => queries.refetchQueries({ queryKey, exact: true })));
        } finally {
          fromLeader.current = false;
        }
      },
      setChoice: (next) => {
        cookieSlot(readingCookieName(clusterId)).write(encodeReadingCookie(next));
        choiceNow.current = next;
        setChoice(next);
        void queries.invalidateQueries();
      },
      dropped,
      dismissDropped: () => setDropped([]),
      takeDropped: (more) => {
        // Whoever takes it out of the session says it, so it is said once.
        const news = more.filter(({ history }) => client.session.drop(history) !== null);
        if (news.length > 0) setDropped((before) => [...before, ...news]);
      },
    };
  }, [clusterId, clusterName, nonce, session, choice, client, queries, dropped]);

  return <Context value={value}>{children}</Context>;
}

/** Takes up what other tabs have seen: at once where they can tell, and whenever this tab is looked at. */
function shareToken(session: Session, clusterId: string): () => void {
  const slots = browserSlots(clusterId);
  const takeUp = (): void => {
    const state = tokenStorage(slots).load();
    if (state !== null) session.observe(state.token);
  };
  const onStorage = (event: StorageEvent): void => {
    if (event.key === null || event.key.endsWith(clusterId)) takeUp();
  };
  const onVisible = (): void => {
    if (document.visibilityState === 'visible') takeUp();
  };
  window.addEventListener('storage', onStorage);
  document.addEventListener('visibilitychange', onVisible);
  return () => {
    window.removeEventListener('storage', onStorage);
    document.removeEventListener('visibilitychange', onVisible);
  };
}
