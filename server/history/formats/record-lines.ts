import { z } from 'zod';
import { RecordedOperation } from '../record.ts';
import { numberedLines, UnreadableHistory } from './unreadable.ts';

/**
 * Reads one recorded operation per line, as JSON.
 *
 * @throws UnreadableHistory
 */
export function readRecordLines(text: string): readonly RecordedOperation[] {
  return numberedLines(text).map(([line, content]) => {
    const parsed = RecordedOperation.safeParse(jsonOf(line, content));
    if (parsed.success) return parsed.data;
    const why = parsed.error.issues.map(({ path, message }) => (path.length === 0 ? message : `${path.join('.')}: ${message}`));
    throw new UnreadableHistory(line, `a recorded operation (${why.join('; ')})`, content);
  });
}

function jsonOf(line: number, content: string): unknown {
  try {
    return z.json().parse(JSON.parse(content));
  } catch {
    throw new UnreadableHistory(line, 'one JSON object', content);
  }
}

/** The same lines, for keeping evidence. */
export function formatRecordLines(history: readonly RecordedOperation[]): string {
  return history.map((record) => `${JSON.stringify(record)}\n`).join('');
}
