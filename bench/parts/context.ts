import type { Generator } from '../load/generator.ts';
import type { Options } from '../options.ts';
import type { Processes } from '../processes.ts';

/** What every part of a run works with. */
export interface Context {
  readonly processes: Processes;
  readonly generator: Generator;
  readonly options: Options;
  /** Root of this checkout. */
  readonly root: string;
  /** Says on standard error what goes on. */
  readonly say: (text: string) => void;
}

/** Something that is expected of a figure, and whether it came true in this run. */
export interface Expectation {
  readonly part: string;
  readonly what: string;
  readonly measured: number;
  readonly met: boolean;
}
