/** Where namespaces live: groups, routes, moves. Every change shows its plan before it is made. */
import type { Registry } from '../../../lib/contract/schemas/shards.ts';
import { isGroupId } from '../../../lib/contract/token.ts';
import type { ShardOptions, ShardOutcome } from '../../../lib/client/resources/shards.ts';
import type { Answer } from '../../../lib/client/types.ts';
import { flagOption, namespaceArgument, numberArgument, textOption } from '../arguments.ts';
import type { Connection } from '../connect.ts';
import { CommandError, UsageError } from '../exit.ts';
import { confirm, print } from '../print.ts';
import type { Run } from '../program.ts';
import { textTable } from '../text-table.ts';
import { withClient } from './with-client.ts';

function groupArgument(text: string | undefined): string {
  if (text === undefined || !isGroupId(text)) throw new UsageError('a group is a lower-case letter, then at most 31 of a-z, 0-9 and "-"');
  return text;
}

function prefixArgument(text: string | undefined): string {
  return namespaceArgument(text?.replace(/^\//, '').replace(/\/\*$/, ''));
}

export async function where(run: Run, [name]: readonly string[]): Promise<undefined> {
  const namespace = namespaceArgument(name);
  await withClient(run, async ({ client, read, output }) => {
    const { data } = await client.shards.placement(namespace, read);
    await print(run.io, output, data, () => {
      const why =
        data.by === 'prefix'
          ? `by the route ${data.prefix ?? ''}`
          : data.by === 'move'
            ? `until the move ${data.move ?? ''} is done`
            : `by partition ${data.partition}`;
      return `${data.namespace} is in the group ${data.group}, ${why}.\n`;
    });
  });
}

export async function routes(run: Run): Promise<undefined> {
  await withClient(run, async ({ client, read, output }) => {
    const { data } = await client.shards.registry(read);
    await print(run.io, output, data, () => describe(data));
  });
}

function describe({ epoch, groups, routes: prefixes, moves }: Registry): string {
  const parts = [`The registry is at epoch ${epoch}.`];
  const shares = groups.map(({ id, state, members, partitions, routes: count }) => [
    id,
    state,
    members === null ? 'all' : members.join(','),
    String(partitions),
    String(count),
  ]);
  parts.push(textTable(['GROUP', 'STATE', 'NODES', 'PARTITIONS', 'ROUTES'], shares, false));
  if (prefixes.length > 0)
    parts.push(
      textTable(
        ['PREFIX', 'GROUP'],
        prefixes.map(({ prefix, group }) => [prefix, group]),
        false,
      ),
    );
  if (moves.length > 0)
    parts.push(
      textTable(
        ['MOVE', 'FROM', 'TO', 'STEP', 'ROWS', 'BYTES'],
        moves.map(({ id, from, to, step, rows, bytes }) => [
          id,
          from,
          to,
          step ?? 'unknown',
          rows === null ? '-' : String(rows),
          bytes === null ? '-' : String(bytes),
        ]),
        false,
      ),
    );
  return parts.join('\n');
}

type Ask = (connection: Connection, options: ShardOptions) => Promise<Answer<ShardOutcome>>;

/** Plans, asks, does. */
async function change(run: Run, ask: Ask, what: string): Promise<undefined> {
  await withClient(run, async (connection) => {
    const { write, output } = connection;
    const dryRun = flagOption(run, 'dryRun');
    const asks = !dryRun && !flagOption(run, 'yes') && run.io.stdin.isTerminal;
    if (asks) {
      const { data: plan } = await ask(connection, { ...write, dryRun: true });
      if (!(await confirm(run.io, `${said(plan)}${what}?`))) throw new CommandError('nothing was changed');
    }
    const { data } = await ask(connection, { ...write, dryRun });
    await print(run.io, output, data, () => said(data));
  });
}

function said(outcome: ShardOutcome): string {
  const moves = outcome.plan
    ? outcome.moves.map(({ from, to, entries, rows, bytes }) => `${from} to ${to}: ${entries} entries, ${rows} revisions, ${bytes} bytes`)
    : outcome.moves.map(({ id, from, to }) => `${id}: ${from} to ${to}`);
  const lead = outcome.plan
    ? moves.length === 0
      ? 'No data would move.'
      : 'This would move'
    : moves.length === 0
      ? `Done, version ${outcome.version}.`
      : `Announced, version ${outcome.version}. The data follows; see confman routes`;
  return `${[lead, ...moves.map((line) => `  ${line}`)].join('\n')}\n`;
}

export async function createGroup(run: Run, [name]: readonly string[]): Promise<undefined> {
  const id = groupArgument(name);
  const members = textOption(run, 'nodes')?.split(',');
  const body = { id, ...(members === undefined ? {} : { members }) };
  return change(run, ({ client }, options) => client.shards.createGroup(body, options), `Start the group ${id}`);
}

export async function removeGroup(run: Run, [name]: readonly string[]): Promise<undefined> {
  const id = groupArgument(name);
  return change(run, ({ client }, options) => client.shards.deleteGroup(id, options), `Retire the group ${id} for good`);
}

export async function putRoute(run: Run, [name, to]: readonly string[]): Promise<undefined> {
  const [prefix, group] = [prefixArgument(name), groupArgument(to)];
  return change(run, ({ client }, options) => client.shards.putRoute({ prefix, group }, options), `Route ${prefix} to ${group}`);
}

export async function removeRoute(run: Run, [name]: readonly string[]): Promise<undefined> {
  const prefix = prefixArgument(name);
  return change(run, ({ client }, options) => client.shards.deleteRoute(prefix, options), `Take the route ${prefix} away`);
}

/** `0-15,32`: numbers and ranges of them. */
function partitionsArgument(text: string): number[] {
  return text.split(',').flatMap((part) => {
    const [first = '', last = first] = part.split('-');
    const [from, to] = [numberArgument(first, 'a partition', 0, 255), numberArgument(last, 'a partition', 0, 255)];
    if (to < from) throw new UsageError(`${part} ends before it begins`);
    return Array.from({ length: to - from + 1 }, (_, at) => from + at);
  });
}

export async function move(run: Run, [numbers = '', group]: readonly string[]): Promise<undefined> {
  const [partitions, to] = [partitionsArgument(numbers), groupArgument(group)];
  return change(run, ({ client }, options) => client.shards.movePartitions({ partitions, to }, options), `Move them to ${to}`);
}

export async function abortMove(run: Run, [id = '']: readonly string[]): Promise<undefined> {
  return change(run, ({ client }, options) => client.shards.abortMove(id, options), `Call the move ${id} off`);
}

export async function rebalance(run: Run): Promise<undefined> {
  return change(run, ({ client }, options) => client.shards.rebalance(options), 'Rebalance');
}
