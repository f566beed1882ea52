import type { Rule, Subject, Violation } from './rule.ts';
import { isCode } from './source-tree.ts';

/** Files that may be longer than LINES_MAX, up to LINES_MAX_ALLOWED, each with its reason. */
export const LONG_FILES: Readonly<Record<string, string>> = {};

const LINES_MAX = 400;
const LINES_MAX_ALLOWED = 600;

/** Lines of a file; the end of the last one counts for nothing. */
export function lineCount(text: string): number {
  return text === '' ? 0 : text.replace(/\n$/, '').split('\n').length;
}

/** Every match of a pattern, with its line. */
function* matches(subject: Subject, applies: (path: string) => boolean, pattern: RegExp): Iterable<Violation> {
  for (const [path, text] of subject.tree) {
    if (!applies(path)) continue;
    for (const [at, line] of text.split('\n').entries()) {
      const match = pattern.exec(line);
      if (match !== null) yield { path, line: at + 1, what: `says "${match[0].trim()}".` };
    }
  }
}

function* tooLong({ tree }: Subject): Iterable<Violation> {
  for (const [path, text] of tree) {
    if (!isCode(path)) continue;
    const lines = lineCount(text);
    const limit = LONG_FILES[path] === undefined ? LINES_MAX : LINES_MAX_ALLOWED;
    if (lines > limit) yield { path, line: 0, what: `has ${lines} lines, more than ${limit}.` };
  }
}

function* needlessExceptions({ tree }: Subject): Iterable<Violation> {
  for (const path of Object.keys(LONG_FILES)) {
    const lines = lineCount(tree.get(path) ?? '');
    if (lines <= LINES_MAX) yield { path, line: 0, what: `has ${lines} lines and needs no exception.` };
  }
}

const inAllText = (path: string) => path !== 'package-lock.json' && path !== 'LICENSE';
// The patterns below are written so that they do not match themselves.
/** Rules about words and sizes. */
export const TEXT_RULES: readonly Rule[] = [
  {
    name: 'no-notes-to-self',
    instead: 'Do it now, or file an issue.',
    check: (subject) => matches(subject, inAllText, /\b(?:TO[D]O|FIX[M]E|XX[X]|HAC[K])\b/),
  },
  {
    name: 'no-test-left-out',
    instead: 'Every test runs, every time; one that cannot run here says why in a runIf.',
    check: (subject) =>
      matches(subject, isCode, /\b(?:test|it|describe|suite|bench)\.(?:on[l]y|ski[p]|ski[p]If|tod[o]|fixm[e]|fail[s]?)\b/),
  },
  {
    name: 'no-sleep-in-place-of-a-condition',
    instead: 'Wait for what you expect to see: expect.poll, or a locator.',
    check: (subject) => matches(subject, isCode, /\bwaitForTimeou[t]\b|\bretry:\s*[1-9]|\bretries:\s*[1-9]/),
  },
  {
    name: 'types-are-not-silenced',
    instead: 'Make the type true.',
    check: (subject) => matches(subject, isCode, /@ts-(?:ignor[e]|nochec[k])|\bas an[y]\s*[;,.)\]}]/),
  },
  {
    name: 'no-machine-paths',
    instead: 'A path of one machine says nothing on another: make it relative to the checkout.',
    check: (subject) => matches(subject, inAllText, /(?<![\w.~$}*/-])\/(?:wor[k]\/(?:main|shared|\.library|\.mirror)|roo[t]\b|hom[e]\/\w)/),
  },
  {
    name: 'files-stay-readable',
    instead: 'Split it by what it is about, or give it a reason in LONG_FILES (server/tidy/text-rules.ts).',
    check: tooLong,
  },
  {
    name: 'exceptions-are-needed',
    instead: 'Take it out of LONG_FILES (server/tidy/text-rules.ts).',
    check: needlessExceptions,
  },
];
