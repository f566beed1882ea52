/** An export: a long answer that is handed on as it comes, never held whole. */
import { startDeadline } from './deadline.ts';
import { ConfmanError } from './errors.ts';
import type { Exchange } from './exchange.ts';
import type { ReadOptions } from './types.ts';

/**
 * The pieces of an NDJSON answer, until its end.
 *
 * @throws ConfmanError when it is refused, aborted, or breaks off
 */
export async function* exportAudit(exchange: Exchange, path: string, options: ReadOptions): AsyncGenerator<Uint8Array, void, undefined> {
  const lifetime = startDeadline(exchange.environment, options.timeoutMs ?? Number.POSITIVE_INFINITY, options.signal);
  let close = (): void => undefined;
  try {
    const opened = await exchange.stream(
      { kind: 'read', method: 'GET', path, headers: { accept: 'application/x-ndjson' }, options, cacheable: false },
      lifetime,
    );
    ({ close } = opened);
    const reader = opened.answer.body?.getReader();
    if (reader === undefined) throw new ConfmanError('invalid-answer', 'the answer has no body that can be read as it comes');
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      if (value !== undefined) yield value;
    }
  } catch (cause) {
    if (lifetime.signal.aborted) throw lifetime.error(cause);
    if (cause instanceof ConfmanError) throw cause;
    throw new ConfmanError('unreachable', 'the export broke off before its end', { retryable: true, cause });
  } finally {
    close();
    lifetime.close();
  }
}
