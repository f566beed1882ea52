/**
 * Writes event streams and long exports: pulls from a generator only as fast as the client takes what was written, so that
 * a slow one holds a bounded buffer; one that stalls is cut and can resume from the last id it saw.
 */
import type { ServerResponse } from 'node:http';
import type { StreamEvent } from '../services/stream-event.ts';
import { STREAM_STALL_MS_MAX } from './limits.ts';

/** How long a client waits before it connects again. */
const RECONNECT_MS = 1_000;

/** One server-sent event. JSON has no line breaks, so data is one line. */
export function encodeEvent({ event, id, data }: StreamEvent): string {
  const resume = id === undefined ? '' : `id: ${id}\n`;
  return `event: ${event}\n${resume}data: ${JSON.stringify(data)}\n\n`;
}

/** Resolves when the response takes more; false when it is closed or stalls for too long. */
async function drained(response: ServerResponse, stallMs: number): Promise<boolean> {
  if (response.destroyed) return false;
  return new Promise<boolean>((resolve) => {
    const timer = setTimeout(() => done(false), stallMs);
    const onDrain = (): void => done(true);
    const onClose = (): void => done(false);
    function done(more: boolean): void {
      clearTimeout(timer);
      response.off('drain', onDrain);
      response.off('close', onClose);
      resolve(more);
    }
    response.once('drain', onDrain);
    response.once('close', onClose);
  });
}

/** Writes everything that `chunks` gives, then ends the response. Ends early when the client is gone or stalls. */
export async function pumpStream(
  response: ServerResponse,
  chunks: AsyncIterable<string | Uint8Array>,
  stallMs = STREAM_STALL_MS_MAX,
): Promise<'ended' | 'cut'> {
  for await (const chunk of chunks) {
    if (response.destroyed) return 'cut';
    if (!response.write(chunk) && !(await drained(response, stallMs))) {
      response.destroy();
      return 'cut';
    }
  }
  response.end();
  return 'ended';
}

export async function* encodeEvents(events: AsyncIterable<StreamEvent>): AsyncGenerator<string> {
  yield `retry: ${RECONNECT_MS}\n\n`;
  for await (const event of events) yield encodeEvent(event);
}

/** Lines of JSON (`application/x-ndjson`), several to a chunk. */
export async function* encodeLines(lines: AsyncIterable<unknown>): AsyncGenerator<string> {
  let chunk = '';
  for await (const line of lines) {
    chunk += `${JSON.stringify(line)}\n`;
    if (chunk.length < 16_384) continue;
    yield chunk;
    chunk = '';
  }
  if (chunk !== '') yield chunk;
}
