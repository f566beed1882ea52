/** The backup of a cluster, as it comes: for administrators. */
import { startDeadline } from './deadline.ts';
import { ConfmanError } from './errors.ts';
import { readOrGiveUp } from './sse.ts';
import type { Exchange } from './exchange.ts';
import type { ReadOptions } from './types.ts';

export interface BackupDownload {
  /** Of the state that the file holds. */
  readonly version: string | null;
  /** Of the whole file; null where a door on the way does not say. */
  readonly sizeBytes: number | null;
  /** Base URL that gives it. */
  readonly endpoint: string;
  /**
   * The file, once. Only its last line proves that it is whole.
   *
   * @throws ConfmanError `unreachable` when it breaks off
   */
  readonly chunks: AsyncIterable<Uint8Array>;
  /** Gives it up. To be called where `chunks` is not read. */
  readonly close: () => void;
}

/** A node copies and proves its whole state before it sends the first byte. */
const PREPARE_MS_MAX = 15 * 60_000;
const IDLE_MS_MAX = 60_000;

/**
 * Opens a backup. Linearizable unless the options name another mode, and never older than what the session has seen.
 *
 * @throws ConfmanError
 */
export async function backup(exchange: Exchange, options: ReadOptions): Promise<BackupDownload> {
  const lifetime = startDeadline(exchange.environment, Number.POSITIVE_INFINITY, options.signal);
  const request = { kind: 'read', method: 'POST', path: '/api/v1/backup', options, cacheable: false, attemptMs: PREPARE_MS_MAX } as const;
  try {
    const { answer, close, endpoint } = await exchange.download({ ...request, headers: { accept: 'application/octet-stream' } }, lifetime);
    const size = answer.headers.get('content-length');
    const end = (): void => {
      close();
      lifetime.close();
    };
    return {
      version: answer.headers.get('x-confman-version'),
      sizeBytes: size === null ? null : Number(size),
      endpoint,
      chunks: chunksOf(exchange, answer.body, endpoint, end),
      close: end,
    };
  } catch (error) {
    lifetime.close();
    throw error;
  }
}

async function* chunksOf(
  exchange: Exchange,
  body: { getReader(): { read(): Promise<{ readonly done: boolean; readonly value?: Uint8Array | undefined }> } } | null,
  endpoint: string,
  end: () => void,
): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    const reader = body?.getReader();
    for (;;) {
      const { done, value } =
        reader === undefined ? { done: true } : await readOrGiveUp(() => reader.read(), IDLE_MS_MAX, exchange.environment);
      if (done) return;
      if (value !== undefined) yield value;
    }
  } catch (cause) {
    if (cause instanceof ConfmanError) throw cause;
    throw new ConfmanError('unreachable', 'the download broke off', { endpoint, cause });
  } finally {
    end();
  }
}
