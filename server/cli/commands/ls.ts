import { flagOption, limitOption, namespaceArgument, take, textOption } from '../arguments.ts';
import { print } from '../print.ts';
import { ago, preview } from '../text-table.ts';
import { withClient } from './with-client.ts';
import type { Connection } from '../connect.ts';
import type { Run } from '../program.ts';

export async function ls(run: Run, [namespaceText]: readonly string[]): Promise<undefined> {
  const namespace = namespaceText === undefined ? null : namespaceArgument(namespaceText);
  await withClient(run, async (connection) => {
    if (namespace === null) await listNamespaces(run, connection);
    else await listEntries(run, connection, namespace);
  });
}

async function listNamespaces(run: Run, { client, read, output }: Connection): Promise<void> {
  const namespaces = await take(limitOption(run), (limit) => client.namespaces.list({ ...read, limit, prefix: textOption(run, 'prefix') }));
  await print(run.io, output, namespaces, () => ({
    header: ['NAMESPACE', 'ENTRIES', 'VERSION', 'CHANGED', 'DESCRIPTION'],
    rows: namespaces.map(({ namespace, entries, version, updatedAt, description }) => [
      namespace,
      String(entries),
      version,
      ago(updatedAt, Date.now()),
      preview(description, 60),
    ]),
  }));
}

async function listEntries(run: Run, { client, read, output }: Connection, namespace: string): Promise<void> {
  const values = flagOption(run, 'values');
  const entries = await take(limitOption(run), (limit) =>
    client.config.list(namespace, { ...read, limit, values, prefix: textOption(run, 'prefix') }),
  );
  await print(run.io, output, entries, () => ({
    header: ['KEY', 'TYPE', 'REVISION', 'VERSION', 'CHANGED', 'BY', ...(values ? ['VALUE'] : [])],
    rows: entries.map(({ key, type, revision, version, updatedAt, updatedBy, value }) => [
      key,
      type,
      String(revision),
      version,
      ago(updatedAt, Date.now()),
      updatedBy,
      ...(values ? [preview(value ?? '', 60)] : []),
    ]),
  }));
}
