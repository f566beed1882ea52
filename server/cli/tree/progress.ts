/** Shows how far a long command is: a bar on a terminal, now and then a line elsewhere. */
import type { Io } from '../io.ts';

const redrawMsMin = 100;
const lineMsMin = 2000;

export class Progress {
  readonly #io: Io;
  readonly #what: string;
  readonly #total: number;
  #done = 0;
  #shownAtMs: number;

  constructor(io: Io, what: string, total: number) {
    this.#io = io;
    this.#what = what;
    this.#total = total;
    this.#shownAtMs = performance.now();
  }

  advance(count: number): void {
    this.#done += count;
    const now = performance.now();
    if (now - this.#shownAtMs < (this.#io.stderr.isTerminal ? redrawMsMin : lineMsMin)) return;
    this.#shownAtMs = now;
    void this.#io.stderr.write(
      this.#io.stderr.isTerminal ? `\r${this.#bar()}` : `confman: ${this.#what} ${this.#done} of ${this.#total}\n`,
    );
  }

  /** Takes the bar away again. */
  async end(): Promise<void> {
    if (this.#io.stderr.isTerminal) await this.#io.stderr.write('\r\u001b[K');
  }

  #bar(): string {
    const width = Math.max(10, Math.min(40, this.#io.stderr.columns - this.#what.length - 24));
    const filled = this.#total === 0 ? width : Math.round((this.#done / this.#total) * width);
    return `${this.#what} [${'='.repeat(filled)}${' '.repeat(width - filled)}] ${this.#done}/${this.#total}`;
  }
}
