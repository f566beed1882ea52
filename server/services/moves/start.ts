/** The driver of moves of one node, put together. */
import type { Services } from '../context.ts';
import type { MoveProgress } from './drive.ts';
import { MoveDriver } from './driver.ts';
import { EnginePorts } from './engine-ports.ts';
import { MoveLoop } from './loop.ts';

/** Where the driver writes down what it does. */
export interface MoveLog {
  info(fields: object, event: string): void;
  warn(fields: object, event: string): void;
}

/** @param stopping aborted when the node stops; then `stop` is to be called too */
export function startMoves(
  { engine, remote, sources }: Pick<Services, 'engine' | 'remote' | 'sources'>,
  log: MoveLog,
  stopping: AbortSignal,
): { stop(): void } {
  const steps = new Map<string, MoveProgress['step']>();
  const driver = new MoveDriver({
    ports: new EnginePorts({ engine, remote, tickMs: sources.tickMs, stopping }),
    onProgress: (progress) => {
      const { move, step } = progress;
      if (steps.get(move) === step) return;
      steps.set(move, step);
      if (step === 'done' || step === 'undone') steps.delete(move);
      log.info(progress, 'move');
    },
    onRetired: (group) => log.info({ group }, 'group-retired'),
    onFailure: (move, error) => log.warn({ move, error: String(error) }, 'move-failed'),
  });
  const loop = new MoveLoop(engine, driver, (error) => log.warn({ error: String(error) }, 'moves-failed'));
  loop.start();
  return { stop: () => loop.stop() };
}
