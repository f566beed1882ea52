import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { keyArgument, namespaceArgument, numberArgument, textOption, valueOfBytes } from '../arguments.ts';
import { CommandError, EXIT, UsageError } from '../exit.ts';
import { unifiedDiff } from '../line-diff.ts';
import { hasColor } from '../print.ts';
import { withClient } from './with-client.ts';
import type { Revision } from '../../../lib/contract/schemas/entries.ts';
import type { Connection } from '../connect.ts';
import type { Io } from '../io.ts';
import type { Run } from '../program.ts';

/** Prints a unified diff; nothing when there is no difference. */
export async function diff(run: Run, [namespaceText, keyText, fromText, toText]: readonly string[]): Promise<undefined> {
  const [namespace, key] = [namespaceArgument(namespaceText), keyArgument(keyText)];
  const file = textOption(run, 'file');
  if (file !== undefined && toText !== undefined) throw new UsageError('--file takes the place of the second revision');
  const [from, to] = [fromText, toText].map((text) => (text === undefined ? undefined : numberArgument(text, 'a revision', 1)));
  await withClient(run, async (connection) => {
    if (file === undefined) {
      const [before, after] = await twoRevisions(connection, namespace, key, from, to);
      await printDiff(
        run.io,
        `revision ${before.revision}`,
        before.value ?? '',
        after.deleted ? '(deleted)' : `revision ${after.revision}`,
        after.value ?? '',
      );
      return;
    }
    const stored =
      from === undefined
        ? (await connection.client.config.get(namespace, key, connection.read)).data
        : (await connection.client.config.getRevision(namespace, key, from, connection.read)).data;
    await printDiff(
      run.io,
      `revision ${stored.revision}`,
      stored.value ?? '',
      file,
      valueOfBytes(readFileSync(resolve(run.io.cwd, file)), file),
    );
  });
}

async function twoRevisions(
  { client, read }: Connection,
  namespace: string,
  key: string,
  from: number | undefined,
  to: number | undefined,
): Promise<readonly [Revision, Revision]> {
  const one = async (revision: number): Promise<Revision> => (await client.config.getRevision(namespace, key, revision, read)).data;
  if (from !== undefined && to !== undefined) return [await one(from), await one(to)];
  const { items } = (await client.config.history(namespace, key, { ...read, limit: 2 }).page()).data;
  const [newest, previous] = items;
  if (newest === undefined) throw new CommandError('the entry has no revisions', EXIT.notFound);
  if (from !== undefined) return [await one(from), newest];
  if (previous === undefined) throw new CommandError('the entry has a single revision: there is nothing to compare it with', EXIT.notFound);
  return [previous, newest];
}

async function printDiff(io: Io, beforeName: string, before: string, afterName: string, after: string): Promise<void> {
  const text = unifiedDiff(before, after);
  if (text !== '') await io.stdout.write(paint(`--- ${beforeName}\n+++ ${afterName}\n${text}`, hasColor(io)));
}

function paint(text: string, color: boolean): string {
  if (!color) return text;
  return text.replaceAll(/^([-+@]).*$/gm, (line, mark: string) => `\u001b[${mark === '-' ? 31 : mark === '+' ? 32 : 36}m${line}\u001b[39m`);
}
