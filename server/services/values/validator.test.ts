import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { buildSync } from 'esbuild';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { ValueValidator } from './validator.ts';

const directory = mkdtempSync(join(tmpdir(), 'confman-values-'));
const outfile = join(directory, 'worker.cjs');
const thread = { url: pathToFileURL(outfile) };

beforeAll(() => {
  // A thread of plain Node loads no TypeScript: it is built as the server is.
  buildSync({
    entryPoints: [fileURLToPath(new URL('worker.ts', import.meta.url))],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'cjs',
  });
});
afterAll(() => rmSync(directory, { recursive: true }));

const open: ValueValidator[] = [];
const started = (): ValueValidator => {
  const validator = new ValueValidator(thread);
  open.push(validator);
  return validator;
};

afterEach(async () => {
  await Promise.all(open.splice(0).map((validator) => validator.close()));
});

test('judges large values on another thread, in any order of asking', async () => {
  const validator = started();
  const large = `[${'1,'.repeat(50_000)}1]`;
  const faults = await Promise.all([
    validator.judge('json', large),
    validator.judge('json', `${large}]`),
    validator.judge('json', large),
    validator.judge('json', '[1'),
  ]);
  expect(faults.map((fault) => fault?.offset ?? null)).toEqual([null, large.length, null, 2]);
});

test('answers what is under way when it is closed', async () => {
  const validator = started();
  const large = `[${'1,'.repeat(50_000)}1`;
  const asked = validator.judge('json', large);
  await validator.close();
  expect((await asked)?.offset).toBe(large.length);
  expect((await validator.judge('json', large))?.offset).toBe(large.length);
});
