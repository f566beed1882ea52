/** Columns for people. */

/** Pads cells to columns; the last column is not padded. Control characters are shown, not obeyed. */
export function textTable(header: readonly string[], rows: readonly (readonly string[])[], bold: boolean): string {
  const shown = [header, ...rows].map((row) => row.map(printable));
  const widths = header.map((_, column) => Math.max(...shown.map((row) => row[column]?.length ?? 0)));
  const lines = shown.map((row) =>
    row
      .map((cell, column) => (column === row.length - 1 ? cell : cell.padEnd(widths[column] ?? 0)))
      .join('  ')
      .trimEnd(),
  );
  const [first = '', ...others] = lines;
  return `${[bold ? `\u001b[1m${first}\u001b[22m` : first, ...others].join('\n')}\n`;
}

/** Text on one line, without anything that a terminal would obey. */
export function printable(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (character) => (character === '\n' ? '⏎' : character === '\t' ? ' ' : '·'));
}

/** The start of a text, on one line. */
export function preview(text: string, charsMax: number): string {
  const line = printable(text.slice(0, charsMax * 2));
  return line.length <= charsMax && text.length <= charsMax * 2 ? line : `${line.slice(0, charsMax - 1)}…`;
}

/** `3 s ago`, `5 min ago`: a time beside now. */
export function ago(iso: string, nowMs: number): string {
  const seconds = Math.max(0, Math.round((nowMs - Date.parse(iso)) / 1000));
  if (Number.isNaN(seconds)) return iso;
  if (seconds < 90) return `${seconds} s ago`;
  if (seconds < 5400) return `${Math.round(seconds / 60)} min ago`;
  if (seconds < 129_600) return `${Math.round(seconds / 3600)} h ago`;
  return `${Math.round(seconds / 86_400)} d ago`;
}

export function bytes(count: number | null): string {
  if (count === null) return '-';
  if (count < 1024) return `${count} B`;
  const units = ['KiB', 'MiB', 'GiB', 'TiB'];
  const power = Math.min(units.length, Math.floor(Math.log2(count) / 10));
  return `${(count / 1024 ** power).toFixed(1)} ${units[power - 1] ?? ''}`;
}
