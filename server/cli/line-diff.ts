/** Line differences as a unified diff. */

interface Step {
  readonly mark: ' ' | '-' | '+';
  readonly line: string;
}

const contextLines = 3;
/** Beyond so many differing lines the whole is shown as replaced: nobody reads a finer diff of that size. */
const editsMax = 4000;

/** The unified diff of two texts without its file header; empty when they are equal. */
export function unifiedDiff(before: string, after: string): string {
  if (before === after) return '';
  const steps = diffLines(splitLines(before), splitLines(after));
  const lines: string[] = [];
  for (const [from, to] of hunks(steps)) {
    lines.push(
      header(steps, from, to),
      ...steps
        .slice(from, to)
        .map(({ mark, line }) => (line.endsWith('\n') ? `${mark}${line.slice(0, -1)}` : `${mark}${line}\n\\ No newline at end of file`)),
    );
  }
  return `${lines.join('\n')}\n`;
}

/** Lines with their ends. */
function splitLines(text: string): readonly string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
}

function diffLines(before: readonly string[], after: readonly string[]): readonly Step[] {
  let start = 0;
  while (start < before.length && start < after.length && before[start] === after[start]) start++;
  let end = 0;
  while (end < before.length - start && end < after.length - start && before[before.length - 1 - end] === after[after.length - 1 - end])
    end++;
  const same = (lines: readonly string[]): readonly Step[] => lines.map((line) => ({ mark: ' ', line }));
  const middle = shortestEdit(before.slice(start, before.length - end), after.slice(start, after.length - end));
  return [...same(before.slice(0, start)), ...middle, ...same(before.slice(before.length - end))];
}

/** Myers 1986: the greedy shortest edit script, walked back over the furthest points of every number of edits. */
function shortestEdit(a: readonly string[], b: readonly string[]): readonly Step[] {
  const furthest = new Map<number, number>([[1, 0]]);
  const trace: Map<number, number>[] = [];
  const bound = Math.min(a.length + b.length, editsMax);
  for (let edits = 0; edits <= bound; edits++) {
    trace.push(new Map(furthest));
    for (let diagonal = -edits; diagonal <= edits; diagonal += 2) {
      let x = goesDown(furthest, diagonal, edits) ? at(furthest, diagonal + 1) : at(furthest, diagonal - 1) + 1;
      while (x < a.length && x - diagonal < b.length && a[x] === b[x - diagonal]) x++;
      furthest.set(diagonal, x);
      if (x >= a.length && x - diagonal >= b.length) return walkBack(trace, a, b);
    }
  }
  return [...a.map((line): Step => ({ mark: '-', line })), ...b.map((line): Step => ({ mark: '+', line }))];
}

function goesDown(furthest: ReadonlyMap<number, number>, diagonal: number, edits: number): boolean {
  return diagonal === -edits || (diagonal !== edits && at(furthest, diagonal - 1) < at(furthest, diagonal + 1));
}

function at(furthest: ReadonlyMap<number, number>, diagonal: number): number {
  return furthest.get(diagonal) ?? -1;
}

function walkBack(trace: readonly ReadonlyMap<number, number>[], a: readonly string[], b: readonly string[]): readonly Step[] {
  const steps: Step[] = [];
  let [x, y] = [a.length, b.length];
  for (let edits = trace.length - 1; edits >= 0; edits--) {
    const furthest = trace[edits] ?? new Map<number, number>();
    const diagonal = x - y;
    const previous = goesDown(furthest, diagonal, edits) ? diagonal + 1 : diagonal - 1;
    const fromX = Math.max(0, at(furthest, previous));
    const fromY = fromX - previous;
    while (x > fromX && y > fromY) {
      steps.push({ mark: ' ', line: a[--x] ?? '' });
      y--;
    }
    if (edits === 0) break;
    if (x === fromX) steps.push({ mark: '+', line: b[--y] ?? '' });
    else steps.push({ mark: '-', line: a[--x] ?? '' });
  }
  return steps.toReversed();
}

/** Stretches of changes with their context, [from, to). */
function hunks(steps: readonly Step[]): readonly (readonly [number, number])[] {
  const found: [number, number][] = [];
  for (const [index, { mark }] of steps.entries()) {
    if (mark === ' ') continue;
    const [from, to] = [Math.max(0, index - contextLines), Math.min(steps.length, index + contextLines + 1)];
    const last = found.at(-1);
    if (last !== undefined && from <= last[1]) last[1] = to;
    else found.push([from, to]);
  }
  return found;
}

function header(steps: readonly Step[], from: number, to: number): string {
  const count = (stretch: readonly Step[], without: '-' | '+'): number => stretch.filter(({ mark }) => mark !== without).length;
  const range = (without: '-' | '+'): string => {
    const length = count(steps.slice(from, to), without);
    const start = count(steps.slice(0, from), without) + (length === 0 ? 0 : 1);
    return length === 1 ? `${start}` : `${start},${length}`;
  };
  return `@@ -${range('+')} +${range('-')} @@`;
}
