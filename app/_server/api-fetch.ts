import { text } from 'node:stream/consumers';
import type { Fetch } from '../../lib/client/fetch.ts';
import { nodeHandle } from './node-handle.ts';

/**
 * `fetch` for the typed client that never leaves the process: a page asks the node's API directly.
 *
 * @param cookie the caller's cookies, so that the API sees the same person as through its own door
 */
export function apiFetch(cookie: string | null): Fetch {
  return async (url, init) => {
    const answer = await nodeHandle().api.inject({
      method: init.method,
      url,
      headers: { ...init.headers, ...(cookie === null ? {} : { cookie }) },
      ...(init.body === undefined ? {} : { payload: init.body }),
    });
    const header = (name: string): string | null => {
      const value = answer.headers[name.toLowerCase()];
      return value === undefined ? null : String(value);
    };
    return { status: answer.statusCode, headers: { get: header }, body: null, text: () => text(answer.stream()) };
  };
}
