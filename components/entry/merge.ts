import { diff3MergeRegions } from 'node-diff3';

/** A stretch of the merged text: decided, or one that both have changed in different ways. Texts keep their line ends. */
export type MergePart =
  | { readonly kind: 'decided'; readonly text: string }
  | { readonly kind: 'conflict'; readonly base: string; readonly theirs: string; readonly mine: string };

export type ConflictPart = Extract<MergePart, { kind: 'conflict' }>;

export type MergeChoice = 'theirs' | 'mine' | 'both';

/** Beyond this the cost of comparing grows out of hand: what differs is then one conflict as a whole. */
const LINES_MAX = 20_000;

/**
 * Merges two changes of one text line by line. What only one side has changed is taken from there, what both have changed alike is
 * taken once; where changes overlap or touch, somebody has to choose.
 *
 * Joining the parts with `mine` chosen everywhere and nothing changed on their side gives `mine` to the letter.
 */
export function mergeTexts(base: string, theirs: string, mine: string): readonly MergePart[] {
  if (theirs === mine) return decided(mine);
  if (theirs === base) return decided(mine);
  if (mine === base) return decided(theirs);
  const [b, t, m] = [linesOf(base), linesOf(theirs), linesOf(mine)];
  if (Math.max(b.length, t.length, m.length) > LINES_MAX) return [{ kind: 'conflict', base, theirs, mine }];
  const parts: MergePart[] = [];
  const decide = (lines: readonly string[]): void => {
    const text = lines.join('');
    if (text === '') return;
    const last = parts.at(-1);
    if (last?.kind === 'decided') parts[parts.length - 1] = { kind: 'decided', text: last.text + text };
    else parts.push({ kind: 'decided', text });
  };
  for (const region of diff3MergeRegions(m, b, t)) {
    if (region.stable) {
      decide(region.bufferContent);
      continue;
    }
    const [mineText, baseText, theirText] = [region.aContent.join(''), region.oContent.join(''), region.bContent.join('')];
    if (mineText === theirText) decide(region.aContent);
    else parts.push({ kind: 'conflict', base: baseText, theirs: theirText, mine: mineText });
  }
  return parts;
}

function decided(text: string): readonly MergePart[] {
  return text === '' ? [] : [{ kind: 'decided', text }];
}

export function conflictsOf(parts: readonly MergePart[]): readonly ConflictPart[] {
  return parts.filter((part) => part.kind === 'conflict');
}

/**
 * The merged text.
 *
 * @param choices by the number of the conflict, from 0; where none is made yet, mine stands in
 */
export function mergedText(parts: readonly MergePart[], choices: readonly (MergeChoice | null)[]): string {
  let conflict = -1;
  return parts
    .map((part) => {
      if (part.kind === 'decided') return part.text;
      conflict += 1;
      return chosenText(part, choices[conflict] ?? 'mine');
    })
    .join('');
}

function chosenText({ theirs, mine }: ConflictPart, choice: MergeChoice): string {
  if (choice === 'theirs') return theirs;
  if (choice === 'mine') return mine;
  const gap = theirs === '' || mine === '' || theirs.endsWith('\n') ? '' : '\n';
  return `${theirs}${gap}${mine}`;
}

/** Lines with their ends, so that joining them gives the text back. */
function linesOf(text: string): string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
}
