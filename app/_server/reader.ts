import { cookies, headers } from 'next/headers';
import { cache } from 'react';
import { createClient } from '../../lib/client/create-client.ts';
import type { ConfmanClient } from '../../lib/client/create-client.ts';
import { Session } from '../../lib/client/session.ts';
import type { Notice } from '../../lib/client/types.ts';
import type { ReadingChoice } from '../../lib/queries/token-cookie.ts';
import {
  decodeReadingCookie,
  decodeTokenCookie,
  defaultReading,
  readingCookieName,
  tokenCookieName,
} from '../../lib/queries/token-cookie.ts';
import type { Reader } from '../../lib/queries/reader.ts';
import { apiFetch } from './api-fetch.ts';
import { nodeHandle } from './node-handle.ts';

/** How long a first paint waits for its node to catch up; the browser goes on from there. */
const WAIT_MS = 300;
/** Bound on a read of the first paint, whatever happens. */
const READ_MS = 1500;

export interface ServerReader extends Reader {
  readonly choice: ReadingChoice;
  /** Versions of another history that were dropped while this page was rendered: the browser drops them too, and says so. */
  readonly dropped: Extract<Notice, { type: 'version-dropped' }>[];
}

/** The reader of this request: the caller's cookies, and the version token that the caller's browser holds. One per request. */
export const serverReader = cache(async (): Promise<ServerReader> => {
  const [head, jar] = await Promise.all([headers(), cookies()]);
  const clusterId = nodeHandle().clusterId();
  const held = clusterId === null ? null : decodeTokenCookie(jar.get(tokenCookieName(clusterId))?.value);
  const choice = clusterId === null ? defaultReading : decodeReadingCookie(jar.get(readingCookieName(clusterId))?.value);
  const dropped: Extract<Notice, { type: 'version-dropped' }>[] = [];
  const client: ConfmanClient = createClient({
    endpoints: [''],
    session: new Session(held),
    fetch: apiFetch(head.get('cookie')),
    timeouts: { totalMs: READ_MS, attemptMs: READ_MS },
    retry: { attemptsMax: 1 },
    onNotice: (notice) => {
      if (notice.type === 'version-dropped') dropped.push(notice);
    },
  });
  return {
    client,
    choice,
    dropped,
    options: () => ({
      timeoutMs: READ_MS,
      maxWaitMs: WAIT_MS,
      ...(choice.mode === 'session' ? {} : { consistency: choice.mode }),
      ...(choice.node === null ? {} : { node: choice.node }),
    }),
  };
});
