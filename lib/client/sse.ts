/** Server-sent events out of a streamed body. */
import { createParser } from 'eventsource-parser';
import { ConfmanError } from './errors.ts';
import type { Environment } from './environment.ts';
import type { FetchAnswer } from './fetch.ts';

export interface ServerEvent {
  readonly event: string;
  readonly id: string | null;
  readonly data: string;
}

/** One event beyond this is not of ours: a command holds at most 4 MiB of values, and JSON at worst escapes each byte in six. */
const eventCharsMax = 32 * 1024 * 1024;

/**
 * The events of a body, until it ends.
 *
 * @throws ConfmanError `unreachable` (retryable) when nothing at all arrived for `idleMs`, comments included
 */
export async function* readEvents(
  answer: FetchAnswer,
  idleMs: number,
  environment: Environment,
): AsyncGenerator<ServerEvent, void, undefined> {
  if (answer.body === null) return;
  const reader = answer.body.getReader();
  const decoder = new TextDecoder();
  let arrived: ServerEvent[] = [];
  const parser = createParser({
    maxBufferSize: eventCharsMax,
    onEvent: ({ event, id, data }) => arrived.push({ event: event ?? 'message', id: id ?? null, data }),
    onError: (error) => {
      // Unknown fields are to be ignored; only a buffer without end is not.
      if (error.type === 'max-buffer-size-exceeded') throw new ConfmanError('invalid-answer', 'an event of the stream is too large');
    },
  });
  try {
    for (;;) {
      const { done, value } = await readOrGiveUp(() => reader.read(), idleMs, environment);
      if (done) return;
      if (value !== undefined) parser.feed(decoder.decode(value, { stream: true }));
      const events = arrived;
      arrived = [];
      yield* events;
    }
  } finally {
    // The rest of the stream is nobody's; a stream that is broken already has nothing to cancel.
    reader.cancel().catch(() => undefined);
  }
}

/** What is read, unless nothing comes for `idleMs`. @throws ConfmanError `unreachable` (retryable) */
export async function readOrGiveUp<T>(read: () => Promise<T>, idleMs: number, environment: Environment): Promise<T> {
  let cancel = (): void => undefined;
  const silence = new Promise<never>((_, reject) => {
    cancel = environment.after(idleMs, () => {
      reject(new ConfmanError('unreachable', `the stream was silent for ${idleMs} ms`, { retryable: true }));
    });
  });
  try {
    return await Promise.race([read(), silence]);
  } finally {
    cancel();
  }
}
