import type { NodeSettings } from '../config/node-settings.ts';
import { describeFailure } from './describe-failure.ts';
import { type RunningNode, runNode } from './run-node.ts';

/** A stop that takes longer than this is ended by force: data is safe at any time. */
const STOP_MS_MAX = 20_000;

function fail(message: string): never {
  process.stderr.write(`confman node: ${message}\n`);
  process.exit(1);
}

/** The exit status of a node that was removed from its cluster: nothing that starts it again helps. */
const EXIT_REMOVED = 6;

/** Becomes a node: this process, until a signal (or the end of its input) tells it to stop. Never resolves; the process exits. */
export async function serveNode(settings: NodeSettings): Promise<never> {
  let node: RunningNode | null = null;
  let asked = false;
  const stop = (): void => {
    if (asked) return;
    asked = true;
    setTimeout(() => fail('stopping took too long; ending now'), STOP_MS_MAX).unref();
    void end(node);
  };
  const removed = (reason: string): void => {
    if (asked) return;
    asked = true;
    process.stderr.write(`confman node: ${reason}\n`);
    process.exitCode = EXIT_REMOVED;
    // Nothing of it serves any more, and nobody waits for it: what is under way has been told so.
    if (node === null) process.exit();
    setTimeout(() => process.exit(), STOP_MS_MAX).unref();
    void end(node);
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  if (settings.stopWithStdin) process.stdin.on('end', stop).on('error', stop).resume();
  try {
    node = await runNode(settings, fail, removed);
  } catch (error) {
    fail(describeFailure(error));
  }
  // Asked to stop before it ran: now there is something to stop.
  if (asked) await end(node);
  return new Promise<never>(() => undefined);
}

async function end(node: RunningNode | null): Promise<void> {
  if (node === null) return;
  await node.stop();
  process.exit();
}
