import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { formatTranscript, parseTranscript, TranscriptRunner } from './testing/transcript.ts';

const folder = join(import.meta.dirname, 'testdata');
const files = readdirSync(folder).filter((name) => name.endsWith('.txt'));

/** Writes down what the cluster says now. Read the difference before you commit it: it is the review of your change. */
const rewrite = process.env['CONFMAN_REWRITE'] === '1';

describe('transcripts', () => {
  test.each(files)('says what is recorded in %s', (name) => {
    const path = join(folder, name);
    const source = readFileSync(path, 'utf8');
    const runner = new TranscriptRunner();
    const actual = parseTranscript(source).map((block) => ({
      ...block,
      said: block.commands.length > 0 ? runner.run(block.commands) : [],
    }));
    const formatted = formatTranscript(actual);
    if (rewrite) writeFileSync(path, formatted);
    expect(formatted).toBe(rewrite ? formatted : source);
  });

  test('finds all transcripts that are there', () => {
    expect(files.length).toBeGreaterThanOrEqual(15);
  });
});
