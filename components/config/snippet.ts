/** A stretch of text around what was found. */
export interface Snippet {
  /** Line of the value, from 1; null where the value does not contain it. */
  readonly line: number | null;
  readonly before: string;
  readonly found: string;
  readonly after: string;
}

const AROUND = 40;

/** The first place where a value contains a text, without regard to case; the start of the value where it does not. */
export function snippetOf(value: string, wanted: string): Snippet {
  const at = value.toLowerCase().indexOf(wanted.toLowerCase());
  // Lower case of some letters has another length, so the place may be off: then nothing is marked.
  const found = at === -1 ? '' : value.slice(at, at + wanted.length);
  if (found.toLowerCase() !== wanted.toLowerCase() || wanted === '') {
    const start = value.trimStart().split('\n', 1)[0] ?? '';
    return { line: null, before: start.slice(0, AROUND * 3), found: '', after: '' };
  }
  const lineStart = value.lastIndexOf('\n', at - 1) + 1;
  const nextEnd = value.indexOf('\n', at);
  const lineEnd = nextEnd === -1 ? value.length : nextEnd;
  const from = Math.max(lineStart, at - AROUND);
  return {
    line: value.slice(0, at).split('\n').length,
    before: `${from > lineStart ? '…' : ''}${value.slice(from, at).trimStart()}`,
    found,
    after: value.slice(at + found.length, Math.max(at + found.length, Math.min(lineEnd, at + found.length + AROUND * 2))),
  };
}
