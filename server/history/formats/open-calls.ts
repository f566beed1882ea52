import type { Operation } from '../operation.ts';
import { UnreadableHistory } from './unreadable.ts';

/**
 * Pairs the calls and answers of a log in which each line is one event. The number of a line is its time.
 * A process does one thing at a time; one whose outcome stays open may go on to call again.
 */
export class OpenCalls<Input, Output> {
  readonly #open = new Map<string, { readonly call: number; readonly input: Input }>();
  readonly #operations: Operation<Input, Output>[] = [];

  call(line: number, process: string, input: Input, text: string): void {
    const open = this.#open.get(process);
    if (open !== undefined) throw new UnreadableHistory(line, `an answer to what process ${process} called on line ${open.call}`, text);
    this.#open.set(process, { call: line, input });
  }

  /**
   * @param matches whether the answer repeats what was called
   * @param output null when the outcome stays open
   */
  answer(line: number, process: string, matches: (input: Input) => boolean, output: Output | null, text: string): void {
    const open = this.#open.get(process);
    if (open === undefined) throw new UnreadableHistory(line, `a call of process ${process} before an answer to it`, text);
    if (!matches(open.input)) {
      throw new UnreadableHistory(line, `an answer that repeats the call on line ${open.call}, ${JSON.stringify(open.input)}`, text);
    }
    this.#open.delete(process);
    this.#operations.push({ process, call: open.call, return: output === null ? null : line, input: open.input, output });
  }

  /** Everything, by time of call. What was never answered stays open. */
  operations(): readonly Operation<Input, Output>[] {
    const unanswered = [...this.#open].map(([process, { call, input }]) => ({ process, call, return: null, input, output: null }));
    return [...this.#operations, ...unanswered].toSorted((a, b) => a.call - b.call);
  }
}
