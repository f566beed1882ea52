/** `Fetch` over an undici agent: for services that ask all day. */
import { Agent } from 'undici';
import { toFetchAnswer } from './answer.ts';
import type { Fetch } from '../fetch.ts';
import type { NodeFetch, NodeFetchOptions } from './http-fetch.ts';

export function undiciFetch(options: NodeFetchOptions = {}): NodeFetch {
  const agent = new Agent({
    connections: options.connectionsMax ?? 64,
    // The client bounds every wait itself, and event streams have none.
    headersTimeout: 0,
    bodyTimeout: 0,
    ...(options.ca === undefined ? {} : { connect: { ca: options.ca } }),
  });
  const fetch: Fetch = async (url, init) => {
    const { origin, pathname, search } = new URL(url);
    const { method, headers, body, signal } = init;
    const answer = await agent.request({ origin, path: `${pathname}${search}`, method, headers, body: body ?? null, signal });
    return toFetchAnswer(answer.statusCode, answer.headers, answer.body);
  };
  return {
    fetch,
    close: async () => {
      await agent.destroy();
    },
  };
}
