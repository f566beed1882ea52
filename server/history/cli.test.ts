import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runCheckHistory } from './cli.ts';
import { formatRecordLines } from './formats/record-lines.ts';

const ROOT = join(import.meta.dirname, '..', '..');

const register = (...events: string[]) =>
  events.map((event) => `INFO  jepsen.util - ${event.replaceAll(' ', '\t').replace('_', ' ')}\n`).join('');
const kv = (type: string, kind: string, value: string) => `{:process 0, :type ${type}, :f ${kind}, :key "a", :value ${value}}\n`;

const FILES = {
  'good.log': register(
    '0 :invoke :write 1',
    '0 :ok :write 1',
    '1 :invoke :cas [1_2]',
    '1 :info :cas :timed-out',
    '0 :invoke :read nil',
    '0 :ok :read 1',
  ),
  'bad.log': register('0 :invoke :write 1', '0 :ok :write 1', '0 :invoke :read nil', '0 :ok :read nil'),
  'late-read.log': `${register('0 :invoke :read nil', '0 :fail :read :timed-out')}INFO  jepsen.util - :nemesis\t:info\t:start\tnil\n`,
  'no-form.log': register('0 :invoke :write 1', '0 :done :write 1'),
  'bad-value.log': register('0 :invoke :write one'),
  'other-value.log': register('0 :invoke :write 1', '0 :ok :write 2'),
  'no-call.log': register('0 :ok :write 1'),
  'two-calls.log': register('0 :invoke :write 1', '0 :invoke :write 1'),
  'failed-write.log': register('0 :invoke :write 1', '0 :fail :write 1'),
  'bad-outcome.log': register('0 :invoke :write 1', '0 :info :write :lost'),
  'torn.log': register('0 :invoke :write 1').slice(0, -6),
  'blank.log': `\n${register('0 :invoke :write 1')}`,
  'empty.log': '',
  'nemesis.log': 'INFO  jepsen.util - :nemesis\t:info\t:start\tnil\n',
  'good.txt':
    kv(':invoke', ':append', '"x \\"0\\" y"') +
    kv(':ok', ':append', '"x \\"0\\" y"') +
    kv(':invoke', ':get', 'nil') +
    kv(':ok', ':get', '"x \\"0\\" y"'),
  'open.txt':
    kv(':invoke', ':append', '"x"') + kv(':info', ':append', ':timed-out') + kv(':invoke', ':get', 'nil') + kv(':ok', ':get', '""'),
  'bad.txt': kv(':invoke', ':put', '"x"') + kv(':ok', ':put', '"x"') + kv(':invoke', ':get', 'nil') + kv(':ok', ':get', '""'),
  'get-value.txt': kv(':invoke', ':get', '"x"'),
  'get-nil.txt': kv(':invoke', ':get', 'nil') + kv(':ok', ':get', 'nil'),
  'put-nil.txt': kv(':invoke', ':put', 'nil'),
  'escape.txt': kv(':invoke', ':put', '"\\q"'),
  'other-key.txt': kv(':invoke', ':put', '"x"') + kv(':ok', ':put', '"x"').replace('"a"', '"b"'),
  'good.jsonl': formatRecordLines([
    { op: 'put', session: 's', node: 'n1', key: 'a', value: '1', call: 1, answer: { outcome: 'written', at: 2, token: '1:5' } },
    { op: 'read', session: 's', node: 'n2', mode: 'eventual', key: 'a', call: 3, answer: { outcome: 'absent', at: 4, token: '1:4' } },
  ]),
  'bad.jsonl': formatRecordLines([
    { op: 'put', session: 's', node: 'n1', key: 'a', value: '1', call: 1, answer: { outcome: 'written', at: 2, token: '1:5' } },
    { op: 'read', session: 's', node: 'n2', mode: 'linearizable', key: 'a', call: 3, answer: { outcome: 'absent', at: 4, token: '1:4' } },
  ]),
  'not-json.jsonl': '{"op":\n',
  'bad-token.jsonl':
    '{"op":"put","session":"s","node":"n","key":"a","value":"1","call":1,"answer":{"outcome":"written","at":2,"token":"5"}}\n',
  'unversioned.jsonl':
    '{"op":"put","session":"s","node":"n","key":"a","value":"1","call":1,"answer":{"outcome":"written","at":2,"token":"b=1:5"}}\n',
  'early.jsonl':
    '{"op":"put","session":"s","node":"n","key":"a","value":"1","call":3,"answer":{"outcome":"written","at":2,"token":"1:5"}}\n',
  'unknown-field.jsonl': '{"op":"put","session":"s","node":"n","key":"a","value":"1","call":3,"answer":null,"extra":1}\n',
} as const satisfies Readonly<Record<string, string>>;
type File = keyof typeof FILES;

let directory = '';
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'confman-history-'));
  for (const [name, text] of Object.entries(FILES)) writeFileSync(join(directory, name), text);
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

function run(model: string, files: readonly (File | 'missing.log')[], ...options: string[]) {
  let out = '';
  let error = '';
  const status = runCheckHistory(['--model', model, ...options, ...files.map((file) => join(directory, file))], {
    out: (text) => (out += text),
    error: (text) => (error += text),
  });
  return { status, out: out.replaceAll(`${directory}/`, ''), error: error.replaceAll(`${directory}/`, '') };
}

describe('check:history', () => {
  test('says of each file on one line what it is', () => {
    expect(run('register-cas', ['good.log', 'late-read.log'])).toEqual({
      status: 0,
      out: 'good.log: linearizable (3 operations, 1 key)\nlate-read.log: linearizable (1 operation, 1 key)\n',
      error: '',
    });
    expect(run('kv-append', ['good.txt', 'open.txt']).out).toBe(
      'good.txt: linearizable (2 operations, 1 key)\nopen.txt: linearizable (2 operations, 1 key)\n',
    );
  });

  test('shows the longest linearizable prefix and the answer that does not fit', () => {
    const { status, out, error } = run('kv-append', ['bad.txt']);
    expect(status).toBe(1);
    expect(out).toBe('bad.txt: not linearizable: key "a", answer at line 4 fits no order\n');
    expect(error).toContain(
      'prefix has 1 operation on this key, in this order:\n    line 1 to 2, process 0: put "x": done\n  It leaves: "x"\n',
    );
    expect(error).toContain('  line 3 to 4, process 0: get: ""\n');
  });

  test('ends with the worst of all files', () => {
    expect(run('register-cas', ['bad.log', 'good.log']).status).toBe(1);
    expect(run('register-cas', ['empty.log', 'bad.log', 'good.log']).status).toBe(2);
    expect(run('register-cas', ['good.log'], '--steps-max', '1')).toEqual({
      status: 3,
      out: 'good.log: undecided: key "register" reached stepsMax = 1\n',
      error: 'good.log:\n  The search was given up; the history may be linearizable or not.\n',
    });
    expect(run('register-cas', ['good.log', 'bad.log', 'missing.log'], '--steps-max', '1').status).toBe(2);
  });

  test.each([
    ['register-cas', 'no-form.log', 'line 2: expected "INFO  jepsen.util'],
    ['register-cas', 'bad-value.log', 'line 1: expected a number as the value of a write'],
    ['register-cas', 'other-value.log', 'line 2: expected an answer that repeats the call on line 1'],
    ['register-cas', 'no-call.log', 'line 1: expected a call of process 0'],
    ['register-cas', 'two-calls.log', 'line 2: expected an answer to what process 0 called on line 1'],
    ['register-cas', 'failed-write.log', 'line 2: expected :ok or :info'],
    ['register-cas', 'bad-outcome.log', 'line 2: expected :timed-out'],
    ['register-cas', 'torn.log', 'line 1: expected "INFO'],
    ['register-cas', 'blank.log', 'line 1: expected "INFO'],
    ['register-cas', 'empty.log', 'line 1: expected at least one operation'],
    ['register-cas', 'nemesis.log', 'line 1: expected at least one operation'],
    ['register-cas', 'good.txt', 'line 1: expected "INFO'],
    ['register-cas', 'missing.log', 'ENOENT'],
    ['kv-append', 'good.log', 'line 1: expected {:process'],
    ['kv-append', 'get-value.txt', 'line 1: expected nil in the call of a get'],
    ['kv-append', 'get-nil.txt', 'line 2: expected nil in the call of a get, a text in its answer'],
    ['kv-append', 'put-nil.txt', 'line 1: expected a text as the value of a put'],
    ['kv-append', 'escape.txt', 'line 1: expected a text with known escapes'],
    ['kv-append', 'other-key.txt', 'line 2: expected an answer that repeats the call on line 1'],
    ['session', 'not-json.jsonl', 'line 1: expected one JSON object'],
    ['session', 'bad-token.jsonl', 'answer.token: expected a version token'],
    ['session', 'unversioned.jsonl', 'an element for the group of its key'],
    ['session', 'early.jsonl', 'expected an answer after its call'],
    ['key-value', 'unknown-field.jsonl', 'extra'],
  ] as const)('refuses to judge, as %s, %s', (model, file, why) => {
    const { status, out, error } = run(model, [file]);
    expect(status).toBe(2);
    expect(out).toMatch(/^[^\n]+: unreadable: [^\n]+\n$/);
    expect(out).toContain(why);
    expect(error).toBe(out);
  });

  test('judges histories of Confman by either promise', () => {
    expect(run('key-value', ['good.jsonl']).status).toBe(0);
    expect(run('session', ['good.jsonl']).out).toBe('good.jsonl: sessions honoured (2 operations, 1 session)\n');
    expect(run('key-value', ['bad.jsonl']).out).toBe('bad.jsonl: not linearizable: key "a", answer at time 4 fits no order\n');
    const { status, out, error } = run('session', ['bad.jsonl']);
    expect(status).toBe(1);
    expect(out).toBe('bad.jsonl: sessions not honoured: 2 violations, first went-back: read at 1:4 after 1:5\n');
    expect(error).toContain('not-recent: read at 1:4 after 1:5 was told');
  });

  test.each([
    [[], '--model must be one of'],
    [['--model', 'registers', 'x'], '--model must be one of'],
    [['--model', 'session'], 'name at least one file'],
    [['--model', 'session', '--fast', 'x'], "Unknown option '--fast'"],
    [['--model', 'session', '--steps-max', '0', 'x'], '--steps-max must be a whole number above 0'],
  ] as const)('explains itself when called as %j', (argv, why) => {
    let error = '';
    const status = runCheckHistory(argv, { out: () => {}, error: (text) => (error += text) });
    expect(status).toBe(2);
    expect(error).toContain(why);
    expect(error).toContain('usage: npm run check:history');
  });

  test('ends as a process with the status of the verdict', async () => {
    const tsx = join(ROOT, 'node_modules', 'tsx', 'dist', 'cli.mjs');
    const main = join(ROOT, 'server', 'history', 'main.ts');
    const command = [tsx, main, '--model', 'register-cas', join(directory, 'good.log'), join(directory, 'bad.log')];
    await expect(promisify(execFile)(process.execPath, command)).rejects.toMatchObject({
      code: 1,
      stdout: expect.stringMatching(/good\.log: linearizable.*\n.*bad\.log: not linearizable.*\n$/) as string,
    });
  });
});
