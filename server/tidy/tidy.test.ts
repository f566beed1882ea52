import { describe, expect, test } from 'vitest';

import entryPoints from '../../scripts/entry-points.json' with { type: 'json' };

import { CODE_RULES } from './code-rules.ts';
import { IMPORT_RULES } from './import-rules.ts';
import { report } from './rule.ts';
import { codeFilesByGit, isCode, readTree } from './source-tree.ts';
import { subjectOf } from './subject.ts';
import { lineCount, TEXT_RULES } from './text-rules.ts';

const LINES_MEDIAN_MAX = 150;

const tree = readTree();
const subject = subjectOf(tree);

describe('what was looked at', () => {
  test('is every code file that git knows of', () => {
    const seen = [...subject.graph.files.keys()].toSorted();
    expect(seen.length).toBeGreaterThan(50);
    expect(seen).toEqual(codeFilesByGit()?.toSorted() ?? seen);
  });

  test('includes the entry points, all of them', () => {
    expect(Object.values(entryPoints).filter((path) => !subject.graph.files.has(path))).toEqual([]);
  });
});

describe('the tree', () => {
  test.each([...IMPORT_RULES, ...CODE_RULES, ...TEXT_RULES])('keeps the rule $name', (rule) => {
    expect(report(rule, subject)).toEqual([]);
  });

  test('is made of small files', async ({ annotate }) => {
    const files = [...tree].filter(([path]) => isCode(path)).map(([path, text]) => ({ path, lines: lineCount(text) }));
    files.sort((a, b) => b.lines - a.lines);
    const median = files[files.length >> 1]?.lines ?? 0;
    const longest = files.slice(0, 10).map(({ path, lines }) => `${lines} ${path}`);
    await annotate(`${files.length} files, median ${median} lines; the longest:\n${longest.join('\n')}`);
    expect(median).toBeLessThanOrEqual(LINES_MEDIAN_MAX);
  });
});
