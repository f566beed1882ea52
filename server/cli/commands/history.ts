import { keyArgument, limitOption, namespaceArgument, numberArgument, take, textOption } from '../arguments.ts';
import { print } from '../print.ts';
import { preview } from '../text-table.ts';
import { withClient } from './with-client.ts';
import type { Run } from '../program.ts';

export async function history(run: Run, [namespaceText, keyText]: readonly string[]): Promise<undefined> {
  const [namespace, key] = [namespaceArgument(namespaceText), keyArgument(keyText)];
  await withClient(run, async ({ client, read, output }) => {
    const revisions = await take(limitOption(run), (limit) => client.config.history(namespace, key, { ...read, limit }));
    await print(run.io, output, revisions, () => ({
      header: ['REVISION', 'VERSION', 'TIME', 'BY', 'TYPE', 'VALUE', 'MESSAGE'],
      rows: revisions.map((revision) => [
        String(revision.revision),
        revision.version,
        revision.time,
        revision.author,
        revision.type,
        revision.deleted ? '(deleted)' : preview(revision.value ?? '', 40),
        preview(revision.message, 60),
      ]),
    }));
  });
}

export async function restore(run: Run, [namespaceText, keyText, revisionText]: readonly string[]): Promise<undefined> {
  const [namespace, key] = [namespaceArgument(namespaceText), keyArgument(keyText)];
  const revision = numberArgument(revisionText ?? '', 'the revision', 1);
  await withClient(run, async ({ client, write, output }) => {
    const { data } = await client.config.restore(
      namespace,
      key,
      { revision, message: textOption(run, 'message') },
      { ...write, ifMatch: textOption(run, 'ifMatch') },
    );
    await print(
      run.io,
      output,
      data,
      () => `${namespace} ${key}: revision ${revision} restored as revision ${data.revision}, version ${data.version}\n`,
    );
  });
}
