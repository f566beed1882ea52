import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { flagOption, keyArgument, namespaceArgument, textOption, valueOfBytes } from '../arguments.ts';
import { UsageError } from '../exit.ts';
import { print } from '../print.ts';
import { withClient } from './with-client.ts';
import type { EntryType } from '../../../lib/contract/model.ts';
import type { Run } from '../program.ts';

export async function put(run: Run, [namespaceText, keyText, valueText]: readonly string[]): Promise<undefined> {
  const [namespace, key] = [namespaceArgument(namespaceText), keyArgument(keyText)];
  const value = await readValue(run, valueText);
  const ifMatch = textOption(run, 'ifMatch');
  const create = flagOption(run, 'create');
  if (create && ifMatch !== undefined) throw new UsageError('--create and --if-match exclude each other');
  // The choices of the option are the types.
  const body = { value, type: textOption(run, 'type') as EntryType | undefined, message: textOption(run, 'message') };
  await withClient(run, async ({ client, write, output }) => {
    const options = { ...write, ifMatch, ifNoneMatch: create ? ('*' as const) : undefined };
    if (flagOption(run, 'dryRun')) {
      const { data } = await client.config.dryRun(namespace, key, body, options);
      await print(
        run.io,
        output,
        data,
        () => `${namespace} ${key}: would ${data.created ? 'be created' : `become revision ${(data.previousRevision ?? 0) + 1}`}\n`,
      );
    } else {
      const { data } = await client.config.put(namespace, key, body, options);
      await print(
        run.io,
        output,
        data,
        () => `${namespace} ${key}: ${data.created ? 'created' : 'changed'}, revision ${data.revision}, version ${data.version}\n`,
      );
    }
  });
}

async function readValue(run: Run, valueText: string | undefined): Promise<string> {
  const file = textOption(run, 'file');
  if ((file === undefined) === (valueText === undefined)) throw new UsageError('give a value, "-" for standard input, or --file');
  if (file !== undefined) {
    try {
      return valueOfBytes(readFileSync(resolve(run.io.cwd, file)), file);
    } catch (cause) {
      if (cause instanceof UsageError) throw cause;
      throw new UsageError(`${file} cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
    }
  }
  return valueText === '-' ? valueOfBytes(await run.io.stdin.readAll(), 'standard input') : (valueText ?? '');
}
