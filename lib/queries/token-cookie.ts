import type { SessionState } from '../client/session.ts';
import { parseToken, TokenError } from '../contract/token.ts';

/** Between token and clock; neither can have it. */
const SEPARATOR = '~';

/** Name of the cookie that carries the session's version token. It has the cluster's id, so that two clusters on one host do not meet. */
export function tokenCookieName(clusterId: string): string {
  return `confman_token_${clusterId}`;
}

export function encodeTokenCookie({ token, clock }: SessionState): string {
  return encodeURIComponent(clock === null ? token : `${token}${SEPARATOR}${clock}`);
}

/** The session that a cookie's value holds; null for whatever is not one. */
export function decodeTokenCookie(value: string | undefined): SessionState | null {
  if (value === undefined || value === '') return null;
  try {
    const [token = '', clock] = decodeURIComponent(value).split(SEPARATOR);
    parseToken(token);
    return { token, clock: clock === undefined || clock === '' ? null : clock };
  } catch (error) {
    if (error instanceof TokenError || error instanceof URIError) return null;
    throw error;
  }
}

/** How the reader has chosen to read, kept beside the token. */
export interface ReadingChoice {
  readonly mode: 'session' | 'eventual' | 'linearizable';
  /** The node that is to answer; null: whichever serves the page. */
  readonly node: string | null;
}

export const defaultReading: ReadingChoice = { mode: 'session', node: null };

export function readingCookieName(clusterId: string): string {
  return `confman_read_${clusterId}`;
}

export function encodeReadingCookie({ mode, node }: ReadingChoice): string {
  return encodeURIComponent(node === null ? mode : `${mode}${SEPARATOR}${node}`);
}

export function decodeReadingCookie(value: string | undefined): ReadingChoice {
  if (value === undefined) return defaultReading;
  const [mode, node] = value.split(SEPARATOR);
  if (mode !== 'session' && mode !== 'eventual' && mode !== 'linearizable') return defaultReading;
  return { mode, node: node === undefined || !/^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/.test(node) ? null : node };
}
