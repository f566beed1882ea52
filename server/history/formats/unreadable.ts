/** A history file that is not in its format. Nothing in it is skipped or guessed: a verdict on half a file is none. */
export class UnreadableHistory extends Error {
  override readonly name = 'UnreadableHistory';
  /** From 1. */
  readonly line: number;
  readonly expected: string;
  constructor(line: number, expected: string, found: string) {
    const short = found.length > 120 ? `${found.slice(0, 117)}...` : found;
    super(`line ${line}: expected ${expected}, found ${JSON.stringify(short)}`);
    this.line = line;
    this.expected = expected;
  }
}

/**
 * The lines of a file with their numbers from 1; one line break at its end belongs to the last line.
 *
 * @throws UnreadableHistory when there is none: nothing was observed, so nothing can be judged
 */
export function numberedLines(text: string): readonly (readonly [line: number, text: string])[] {
  if (text.trim() === '') throw new UnreadableHistory(1, 'at least one operation', text);
  return text
    .replace(/\n$/, '')
    .split('\n')
    .map((line, at) => [at + 1, line]);
}
