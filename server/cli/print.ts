/** What commands print, in the format that was asked for. */
import { textTable } from './text-table.ts';
import type { OutputFormat } from '../config/client-table.ts';
import type { Io } from './io.ts';

export interface Table {
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** Prints data as JSON or YAML, or what `table` makes of it for people. */
export async function print(io: Io, format: OutputFormat | null, data: unknown, table: () => Table | string): Promise<void> {
  await io.stdout.write(await render(io, format ?? 'table', data, table));
}

async function render(io: Io, format: OutputFormat, data: unknown, table: () => Table | string): Promise<string> {
  if (format === 'json') return `${JSON.stringify(data, null, 2)}\n`;
  if (format === 'yaml') return (await import('yaml')).stringify(data);
  const shown = table();
  return typeof shown === 'string' ? shown : textTable(shown.header, shown.rows, hasColor(io));
}

export function hasColor(io: Io): boolean {
  return io.stdout.isTerminal && (io.env['NO_COLOR'] ?? '') === '' && io.env['TERM'] !== 'dumb';
}

/** Asks on the terminal. Without one the answer is no: nothing waits for somebody who is not there. */
export async function confirm(io: Io, question: string): Promise<boolean> {
  if (!io.stdin.isTerminal || !io.stderr.isTerminal) return false;
  await io.stderr.write(`${question} [y/N] `);
  const answer = await io.stdin.readLine();
  return answer !== null && /^y(?:es)?$/i.test(answer.trim());
}
