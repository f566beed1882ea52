import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { checkText } from './check-file.ts';
import { DEFAULT_LIMITS } from './operation.ts';
import { MODELS } from './options.ts';

/** Beside the checkout: histories that others recorded, with the verdicts that others reached. */
const HISTORIES = join(import.meta.dirname, '..', '..', '..', 'shared', 'data', 'histories');
const VERDICTS = join(HISTORIES, 'verdicts.tsv');

interface Row {
  readonly file: string;
  readonly model: string;
  readonly verdict: string;
}

function rows(): readonly Row[] {
  if (!existsSync(VERDICTS)) return [];
  const [, ...lines] = readFileSync(VERDICTS, 'utf8').trimEnd().split('\n');
  return lines.map((line) => {
    const [file = '', model = '', verdict = ''] = line.split('\t');
    return { file, model, verdict };
  });
}

describe('the shared histories', () => {
  test('are there, of both kinds and both verdicts', () => {
    expect(existsSync(VERDICTS), `these tests need ${VERDICTS}`).toBe(true);
    const kinds = new Set(rows().map(({ model, verdict }) => `${model} ${verdict}`));
    expect(kinds).toEqual(
      new Set(['register-cas linearizable', 'register-cas not-linearizable', 'kv-append linearizable', 'kv-append not-linearizable']),
    );
    expect(rows().length).toBeGreaterThanOrEqual(55);
  });

  for (const { file, model, verdict } of rows()) {
    test(`${file} is ${verdict}`, () => {
      const name = MODELS.find((known) => known === model);
      const report = checkText(name!, readFileSync(join(HISTORIES, file), 'utf8'), DEFAULT_LIMITS);
      expect(report.summary).toMatch(verdict === 'linearizable' ? /^linearizable/ : /^not linearizable/);
      expect(report.kind).toBe(verdict === 'linearizable' ? 'fine' : 'broken');
    });
  }
});
