/** The thread that judges large values, so that reads do not wait for a parser. */
import { parentPort } from 'node:worker_threads';
import type { EntryType } from '../../../lib/contract/model.ts';
import { valueFault } from './validate-value.ts';

export interface ValueQuestion {
  readonly id: number;
  readonly type: EntryType;
  readonly value: string;
}

parentPort?.on('message', ({ id, type, value }: ValueQuestion) => {
  parentPort?.postMessage({ id, fault: valueFault(type, value) });
});
