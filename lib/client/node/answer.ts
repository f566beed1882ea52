/** Turns what Node's HTTP clients give into the answer that the client of `lib/client` expects. */
import type { Readable } from 'node:stream';
import type { IncomingHttpHeaders } from 'node:http';
import type { FetchAnswer } from '../fetch.ts';

export function toFetchAnswer(status: number, headers: IncomingHttpHeaders, body: Readable): FetchAnswer {
  return {
    status,
    headers: {
      get: (name) => {
        const found = headers[name.toLowerCase()];
        return Array.isArray(found) ? found.join(', ') : (found ?? null);
      },
    },
    body: {
      getReader: () => {
        const chunks = body[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>;
        return {
          read: async () => {
            const next = await chunks.next();
            return next.done === true ? { done: true } : { done: false, value: next.value };
          },
          cancel: () => {
            // Also while a read is under way, which would hold up the iterator's own way to end.
            body.on('error', () => undefined);
            body.destroy();
            return Promise.resolve();
          },
        };
      },
    },
    text: async () => {
      const chunks: Uint8Array[] = [];
      for await (const chunk of body as AsyncIterable<Uint8Array>) chunks.push(chunk);
      return Buffer.concat(chunks).toString('utf8');
    },
  };
}
