import { limitOption, namespaceArgument, take, textOption } from '../arguments.ts';
import { print } from '../print.ts';
import { preview } from '../text-table.ts';
import { withClient } from './with-client.ts';
import type { Run } from '../program.ts';

/** A restore takes the revision before the one that is listed: that one deleted the key and has no value. */
export async function deleted(run: Run, [namespaceText]: readonly string[]): Promise<undefined> {
  const namespace = namespaceArgument(namespaceText);
  await withClient(run, async ({ client, read, output }) => {
    const revisions = await take(limitOption(run), (limit) =>
      client.config.deleted(namespace, { ...read, limit, prefix: textOption(run, 'prefix') }),
    );
    await print(run.io, output, revisions, () => ({
      header: ['KEY', 'REVISION', 'VERSION', 'DELETED', 'BY', 'MESSAGE'],
      rows: revisions.map(({ key, revision, version, time, author, message }) => [
        key,
        String(revision),
        version,
        time,
        author,
        preview(message, 60),
      ]),
    }));
  });
}
