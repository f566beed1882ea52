import { limitOption, take, textOption } from '../arguments.ts';
import { UsageError } from '../exit.ts';
import { print } from '../print.ts';
import { preview } from '../text-table.ts';
import { withClient } from './with-client.ts';
import type { Run } from '../program.ts';

export async function search(run: Run, [text = '']: readonly string[]): Promise<undefined> {
  const where = searchIn(textOption(run, 'in'));
  await withClient(run, async ({ client, read, output }) => {
    const limit = limitOption(run);
    const entries = await take(Number.isFinite(limit) ? limit : 100, (pageSize) =>
      client.search({ ...read, search: text, in: where, prefix: textOption(run, 'prefix'), limit: pageSize }),
    );
    await print(run.io, output, entries, () => ({
      header: ['NAMESPACE', 'KEY', 'TYPE', 'VALUE'],
      rows: entries.map(({ namespace, key, type, value }) => [namespace, key, type, excerpt(value ?? '', text)]),
    }));
  });
}

function searchIn(text: string | undefined): readonly ('key' | 'value')[] | undefined {
  if (text === undefined) return undefined;
  return text.split(',').map((part) => {
    if (part !== 'key' && part !== 'value') throw new UsageError('--in is key, value, or key,value');
    return part;
  });
}

/** The value around its first hit. */
function excerpt(value: string, text: string): string {
  const at = value.toLowerCase().indexOf(text.toLowerCase());
  return at > 30 ? `…${preview(value.slice(at - 20), 59)}` : preview(value, 60);
}
