import { flagOption, keyArgument, namespaceArgument, textOption } from '../arguments.ts';
import { CommandError, UsageError } from '../exit.ts';
import { confirm, print } from '../print.ts';
import { withClient } from './with-client.ts';
import type { Connection } from '../connect.ts';
import type { Run } from '../program.ts';

export async function rm(run: Run, [namespaceText, ...keyTexts]: readonly string[]): Promise<undefined> {
  const namespace = namespaceArgument(namespaceText);
  const keys = keyTexts.map(keyArgument);
  const recursive = flagOption(run, 'recursive');
  if (recursive === keys.length > 0)
    throw new UsageError('name the keys to delete, or say --recursive to delete the namespace with all its entries');
  if (keys.length > 1 && textOption(run, 'ifMatch') !== undefined) throw new UsageError('--if-match goes with a single key');
  await withClient(run, async (connection) => {
    if (recursive) await removeNamespace(run, connection, namespace);
    else await removeKeys(run, connection, namespace, keys);
  });
}

async function removeNamespace(run: Run, { client, write, output }: Connection, namespace: string): Promise<void> {
  if (!flagOption(run, 'yes') && !(await confirm(run.io, `Delete the namespace ${namespace} with all its entries?`))) {
    throw new CommandError(run.io.stdin.isTerminal ? 'nothing was deleted' : 'deleting a namespace needs --yes where nobody can be asked');
  }
  const { data } = await client.namespaces.delete(namespace, write);
  await print(run.io, output, data, () => `${namespace}: deleted with ${data.entriesDeleted} entries, version ${data.version}\n`);
}

/** Several keys at once go in one command, all or nothing. */
async function removeKeys(run: Run, { client, write, output }: Connection, namespace: string, keys: readonly string[]): Promise<void> {
  const [message, ifMatch] = [textOption(run, 'message'), textOption(run, 'ifMatch')];
  const [first] = keys;
  if (first !== undefined && keys.length === 1 && message === undefined) {
    const { data } = await client.config.delete(namespace, first, { ...write, ifMatch });
    await print(run.io, output, data, () => `${namespace} ${first}: deleted, version ${data.version}\n`);
    return;
  }
  const { data } = await client.config.batch(
    namespace,
    { operations: keys.map((key) => ({ op: 'delete' as const, key, ifMatch })), message },
    write,
  );
  await print(run.io, output, data, () => keys.map((key) => `${namespace} ${key}: deleted, version ${data.version}\n`).join(''));
}
