import { existsSync, readdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { isWithin } from '../../../lib/contract/names.ts';
import { flagOption, namespaceArgument, textOption } from '../arguments.ts';
import { EXIT, UsageError } from '../exit.ts';
import { print } from '../print.ts';
import { Progress } from '../tree/progress.ts';
import { TreeWriter } from '../tree/write-tree.ts';
import { withClient } from './with-client.ts';
import type { Entry } from '../../../lib/contract/schemas/entries.ts';
import type { Connection } from '../connect.ts';
import type { Run } from '../program.ts';

/** Writes entries as files, all of one state of the cluster. Ends with 1 when any entry was refused. */
export async function exportTree(run: Run, [directory = '']: readonly string[]): Promise<number> {
  const root = resolve(run.io.cwd, directory);
  const force = flagOption(run, 'force');
  if (!force && existsSync(root) && readdirSync(root).length > 0)
    throw new UsageError(`${directory} is not empty: name a new folder, or say --force`);
  const [namespace, prefix] = [textOption(run, 'namespace'), textOption(run, 'prefix')].map((text) =>
    text === undefined ? undefined : namespaceArgument(text),
  );
  if (namespace !== undefined && prefix !== undefined) throw new UsageError('--namespace and --prefix exclude each other');
  return withClient(run, async (connection) => {
    const total = await countEntries(connection, namespace, prefix);
    const progress = new Progress(run.io, 'exporting', total);
    const writer = new TreeWriter(root, force);
    for await (const entry of entriesOf(connection, namespace)) {
      const folder = folderOf(entry.namespace, namespace, prefix);
      if (folder !== null) writer.write(entry, folder);
      progress.advance(1);
    }
    writer.finish();
    await progress.end();
    await report(run, connection, writer, root);
    return writer.refused.length === 0 ? EXIT.ok : EXIT.other;
  });
}

async function countEntries({ client, read }: Connection, namespace: string | undefined, prefix: string | undefined): Promise<number> {
  const namespaces = await client.namespaces.list({ ...read, prefix: namespace ?? prefix, limit: 1000 }).all();
  return namespaces.filter((one) => folderOf(one.namespace, namespace, prefix) !== null).reduce((sum, { entries }) => sum + entries, 0);
}

function entriesOf({ client, read }: Connection, namespace: string | undefined): AsyncIterable<Entry> {
  if (namespace !== undefined) return client.config.list(namespace, { ...read, limit: 1000 });
  // Everything at once, even for a part of it: only so is it all of one state.
  return client.search({ ...read, limit: 1000, values: true });
}

/** Where a namespace lies in the tree: '' is the top; null, not in it at all. */
function folderOf(namespace: string, only: string | undefined, prefix: string | undefined): string | null {
  if (only !== undefined) return namespace === only ? '' : null;
  if (prefix === undefined) return namespace;
  if (!isWithin(namespace, prefix)) return null;
  return namespace === prefix ? '' : namespace.slice(prefix.length + 1);
}

async function report(run: Run, { output }: Connection, writer: TreeWriter, root: string): Promise<void> {
  const { written, refused } = writer;
  await print(run.io, output, { written, refused, directory: root }, () => {
    const lines = refused.map(({ namespace, key, reason }) => `refused  ${namespace}  ${key}: ${reason}`);
    return `${[...lines, `${written} written to ${root}, ${refused.length} refused`].join('\n')}\n`;
  });
}
