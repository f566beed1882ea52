/** Waits until nodes are ready. */
import { httpFetch } from '../../../lib/client/node/http-fetch.ts';
import { CommandError, EXIT } from '../exit.ts';
import { describeExit } from './child.ts';
import type { NodeFetch } from '../../../lib/client/node/http-fetch.ts';
import type { Child } from './child.ts';

const pollMs = 100;
const askMsMax = 5000;

/**
 * Resolves once every node has said that it is ready.
 *
 * @throws CommandError when one ends before, or `timeoutMs` is over
 */
export async function untilReady(children: readonly Child[], timeoutMs: number, interrupted: AbortSignal): Promise<void> {
  const http = httpFetch();
  const stop = new AbortController();
  const timer = setTimeout(() => {
    stop.abort('time');
  }, timeoutMs);
  const onInterrupt = (): void => {
    stop.abort('interrupt');
  };
  interrupted.addEventListener('abort', onInterrupt);
  if (interrupted.aborted) onInterrupt();
  try {
    await Promise.all(children.map(async (child) => Promise.race([pollUntilReady(http, child, stop.signal), failOnExit(child)])));
  } finally {
    stop.abort('done');
    clearTimeout(timer);
    interrupted.removeEventListener('abort', onInterrupt);
    await http.close();
  }
}

async function failOnExit(child: Child): Promise<never> {
  const exit = await child.exited;
  const tail = child.logTail();
  throw new CommandError(
    `${child.node.id} ${describeExit(exit)} before it was ready; its log ends so (${child.logFile}):\n${tail === '' ? '(empty)' : tail}`,
  );
}

async function pollUntilReady(http: NodeFetch, child: Child, signal: AbortSignal): Promise<void> {
  for (;;) {
    const state = await ask(http, child.node.url, signal);
    if (state === 'ready') return;
    if (signal.aborted) {
      if (signal.reason === 'time')
        throw new CommandError(`${child.node.id} is still not ready: ${state} (log: ${child.logFile})`, EXIT.unavailable);
      if (signal.reason === 'interrupt') throw new CommandError('interrupted');
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, pollMs));
  }
}

/** `ready`, or why not. */
async function ask(http: NodeFetch, url: string, signal: AbortSignal): Promise<string> {
  try {
    const limit = AbortSignal.any([signal, AbortSignal.timeout(askMsMax)]);
    const answer = await http.fetch(`${url}/health/ready`, {
      method: 'GET',
      headers: {},
      signal: limit,
      redirect: 'manual',
      credentials: 'same-origin',
      cache: 'no-store',
    });
    const body = await answer.text();
    return answer.status === 200 ? 'ready' : failingChecks(body);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function failingChecks(body: string): string {
  try {
    const content: unknown = JSON.parse(body);
    const checks: unknown = typeof content === 'object' && content !== null && 'checks' in content ? content.checks : null;
    const failing = Array.isArray(checks)
      ? checks.flatMap((check: unknown) => (isFailing(check) ? [`${check.name}: ${check.detail}`] : []))
      : [];
    return failing.length === 0 ? body.slice(0, 200) : failing.join('; ');
  } catch {
    return body.slice(0, 200);
  }
}

function isFailing(check: unknown): check is { readonly name: string; readonly detail: string } {
  return typeof check === 'object' && check !== null && 'ok' in check && check.ok === false && 'name' in check && 'detail' in check;
}
