import { isConfmanError } from '../../../lib/client/errors.ts';
import { flagOption, namespaceArgument, textOption } from '../arguments.ts';
import { CommandError, EXIT } from '../exit.ts';
import { preview } from '../text-table.ts';
import { withClient } from './with-client.ts';
import type { WatchChange, WatchEvent } from '../../../lib/contract/schemas/audit.ts';
import type { OutputFormat } from '../../config/client-table.ts';
import type { Run } from '../program.ts';

/** One line per change, or one JSON document per line, until interrupted. */
export async function watch(run: Run, [namespaceText]: readonly string[]): Promise<undefined> {
  const namespace = namespaceText === undefined ? undefined : namespaceArgument(namespaceText);
  await withClient(run, async ({ client, output }) => {
    try {
      for await (const item of client.watch({
        namespace,
        prefix: textOption(run, 'prefix'),
        since: textOption(run, 'since'),
        values: flagOption(run, 'values'),
        signal: run.io.interrupted,
      })) {
        if (item.type === 'compacted') throw new CommandError(`${item.message}; list again and watch from there`, EXIT.conflict);
        if (item.type === 'change') await run.io.stdout.write(await render(item.change, item.token, output));
      }
    } catch (error) {
      // Being interrupted is how a watch ends.
      if (!isConfmanError(error, 'aborted')) throw error;
    }
  });
}

async function render(change: WatchEvent, token: string, output: OutputFormat | null): Promise<string> {
  if (output === 'json') return `${JSON.stringify({ token, ...change })}\n`;
  if (output === 'yaml') return `---\n${(await import('yaml')).stringify({ token, ...change })}`;
  return change.changes
    .map(
      (one) =>
        `${change.version}  ${describe(one)}  by ${change.actor}${change.message === '' ? '' : `: ${preview(change.message, 80)}`}\n`,
    )
    .join('');
}

function describe({ op, namespace, key, value, revision, count }: WatchChange): string {
  switch (op) {
    case 'put':
      return `put ${namespace} ${key ?? ''} revision ${revision ?? ''}${value === undefined || value === null ? '' : ` = ${preview(value, 60)}`}`;
    case 'delete':
      return `delete ${namespace} ${key ?? ''}`;
    case 'delete-namespace':
      return `delete ${namespace} with ${count ?? 0} entries`;
  }
}
