import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isConfmanError } from '../../../lib/client/errors.ts';
import { keyArgument, namespaceArgument, textOption, valueOfBytes } from '../arguments.ts';
import { CommandError, exitCodeOf, explain, UsageError } from '../exit.ts';
import { print } from '../print.ts';
import { withClient } from './with-client.ts';
import type { EntryType } from '../../../lib/contract/model.ts';
import type { FullEntry } from '../../../lib/client/resources/config.ts';
import type { Connection } from '../connect.ts';
import type { Io } from '../io.ts';
import type { Run } from '../program.ts';

/** Opens the value in an editor and stores what comes back, if nobody has changed the entry meanwhile. */
export async function edit(run: Run, [namespaceText, keyText]: readonly string[]): Promise<undefined> {
  const [namespace, key] = [namespaceArgument(namespaceText), keyArgument(keyText)];
  const editor = run.io.env['VISUAL'] || run.io.env['EDITOR'];
  if (editor === undefined || editor === '') throw new UsageError('set EDITOR to the editor to use');
  await withClient(run, async (connection) => {
    const entry = await readEntry(connection, namespace, key);
    const directory = mkdtempSync(join(tmpdir(), 'confman-edit-'));
    const file = join(directory, fileNameFor(key, entry?.type));
    writeFileSync(file, entry?.value ?? '', { mode: 0o600 });
    try {
      await runEditor(editor, file, run.io);
      await store(run, connection, namespace, key, entry, valueOfBytes(readFileSync(file), file));
    } catch (error) {
      // Whatever went wrong, what was typed is not lost.
      throw new CommandError(`${explain(error)}\nyour text is kept in ${file}`, exitCodeOf(error), { cause: error });
    }
    rmSync(directory, { recursive: true, force: true });
  });
}

async function readEntry({ client, read }: Connection, namespace: string, key: string): Promise<FullEntry | null> {
  try {
    return (await client.config.get(namespace, key, read)).data;
  } catch (error) {
    if (isConfmanError(error, 'entry-not-found') || isConfmanError(error, 'namespace-not-found')) return null;
    throw error;
  }
}

async function store(
  run: Run,
  { client, write, output }: Connection,
  namespace: string,
  key: string,
  entry: FullEntry | null,
  value: string,
): Promise<void> {
  const type = textOption(run, 'type') as EntryType | undefined;
  if (entry !== null && value === entry.value && (type === undefined || type === entry.type)) {
    await run.io.stderr.write('confman: nothing was changed\n');
    return;
  }
  const condition = entry === null ? { ifNoneMatch: '*' as const } : { ifMatch: entry.version };
  const { data } = await client.config.put(
    namespace,
    key,
    { value, type, message: textOption(run, 'message') },
    { ...write, ...condition },
  );
  await print(
    run.io,
    output,
    data,
    () => `${namespace} ${key}: ${data.created ? 'created' : 'changed'}, revision ${data.revision}, version ${data.version}\n`,
  );
}

async function runEditor(editor: string, file: string, io: Io): Promise<void> {
  const code = await new Promise<number | null>((resolve, reject) => {
    // By a shell, since EDITOR may hold arguments; the file goes as one of its own.
    const child = spawn('/bin/sh', ['-c', `${editor} "$1"`, 'sh', file], {
      stdio: 'inherit',
      env: io.env as NodeJS.ProcessEnv,
      cwd: io.cwd,
    });
    child.once('error', reject);
    child.once('exit', resolve);
  });
  if (code !== 0) throw new CommandError(`the editor ended with status ${code ?? 'unknown'}: nothing was stored`);
}

/** A name by which editors know the language. */
function fileNameFor(key: string, type: EntryType | undefined): string {
  const name = key.slice(key.lastIndexOf('/') + 1).replaceAll(/[^A-Za-z0-9._-]/g, '_');
  const extension = type === 'json' ? '.json' : type === 'yaml' ? '.yaml' : '';
  return name.includes('.') ? name : `${name}${extension}`;
}
