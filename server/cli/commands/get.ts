import { keyArgument, namespaceArgument, numberArgument, textOption } from '../arguments.ts';
import { CommandError, EXIT } from '../exit.ts';
import { print } from '../print.ts';
import { withClient } from './with-client.ts';
import type { Io } from '../io.ts';
import type { Run } from '../program.ts';

/** Prints the value to the byte, or with `-o` everything that is known of it. */
export async function get(run: Run, [namespaceText, keyText]: readonly string[]): Promise<undefined> {
  const [namespace, key] = [namespaceArgument(namespaceText), keyArgument(keyText)];
  const revisionText = textOption(run, 'revision');
  await withClient(run, async ({ client, read, output }) => {
    const { data } =
      revisionText === undefined
        ? await client.config.get(namespace, key, read)
        : await client.config.getRevision(namespace, key, numberArgument(revisionText, '--revision', 1), read);
    if (output === 'json' || output === 'yaml') await print(run.io, output, data, () => '');
    else if (data.value === null) throw new CommandError(`revision ${data.revision} deleted the entry: it has no value`, EXIT.notFound);
    else await printValue(run.io, data.value);
  });
}

/** A terminal gets a line end when the value has none; everything else gets the value and nothing more. */
async function printValue(io: Io, value: string): Promise<void> {
  await io.stdout.write(io.stdout.isTerminal && !value.endsWith('\n') ? `${value}\n` : value);
}
