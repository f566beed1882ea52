import { joinCommand } from '../../../lib/contract/join-command.ts';
import { nodeIdFault } from '../../../lib/contract/names.ts';
import { flagOption, textOption } from '../arguments.ts';
import { CommandError, UsageError } from '../exit.ts';
import { confirm, print } from '../print.ts';
import { age, readStatus } from './status.ts';
import { withClient } from './with-client.ts';
import type { ClusterStatus, NodeRow } from '../../../lib/contract/cluster.ts';
import type { AddMemberRequest } from '../../../lib/contract/schemas/cluster.ts';
import type { Connection } from '../connect.ts';
import type { Table } from '../print.ts';
import type { Run } from '../program.ts';

export async function listMembers(run: Run): Promise<undefined> {
  await withClient(run, async (connection) => {
    const data = await readStatus(connection);
    await print(run.io, connection.output, data.nodes, () => memberTable(data));
  });
}

function memberTable(data: ClusterStatus): Table {
  return {
    header: ['NODE', 'STATE', 'ROLE', 'BEHIND', 'PEER', 'URL', 'INCARNATION', 'KNOWN'],
    rows: data.nodes.map((node) => [
      node.id === data.node ? `${node.id}*` : node.id,
      node.state,
      roleOf(data, node),
      behindOf(data, node),
      node.peer ?? '-',
      node.url,
      node.incarnation ?? '-',
      age(node.ageMs),
    ]),
  };
}

/** The same in every group, or said per group. */
function roleOf({ groups }: ClusterStatus, { id, replaces, state }: NodeRow): string {
  const roles = groups.flatMap((group) => {
    const replica = group.members.find(({ node }) => node === id);
    if (replica === undefined) return [];
    const role = replica.role === 'leader' || !replica.voter ? replica.role : 'voter';
    return [{ group: group.id, role }];
  });
  const [first] = roles;
  const same = roles.every(({ role }) => role === first?.role);
  const told =
    first === undefined
      ? state === 'joining'
        ? 'learner'
        : '-'
      : same
        ? first.role
        : roles.map(({ group, role }) => `${role} of ${group}`).join(', ');
  return replaces === undefined ? told : `${told}, to replace ${replaces}`;
}

function behindOf({ groups }: ClusterStatus, { id }: NodeRow): string {
  const lags = groups.map(({ members }) => members.find(({ node }) => node === id)?.lagEntries ?? null);
  return lags.length === 0 || lags.includes(null) ? 'unknown' : String(Math.max(...lags.map((lag) => lag ?? 0)));
}

export async function addMember(run: Run, [id = '']: readonly string[]): Promise<undefined> {
  const [peer = '', url = ''] = [textOption(run, 'peer'), textOption(run, 'url')];
  await withClient(run, async (connection) => {
    await add(run, connection, { id: nodeArgument(id), peer, url: plainUrl(url), replaces: textOption(run, 'replaces') });
  });
}

export async function replaceMember(run: Run, [id = '']: readonly string[]): Promise<undefined> {
  const name = nodeArgument(id);
  const by = textOption(run, 'by') ?? name;
  await withClient(run, async (connection) => {
    const { nodes } = await readStatus(connection);
    const old = nodes.find((node) => node.id === name);
    if (old === undefined) throw new CommandError(`there is no member ${name}`);
    const peer = textOption(run, 'peer') ?? (by === name ? old.peer : undefined);
    const url = textOption(run, 'url') ?? (by === name ? old.url : undefined);
    if (peer === undefined || url === undefined) throw new UsageError(`where is ${by}? Give --peer and --url`);
    const question =
      by === name
        ? `Replace ${name}? The disk it had must never be started again.`
        : `Let ${by} take the place of ${name}, which is removed once ${by} has caught up?`;
    if (!flagOption(run, 'yes') && run.io.stdin.isTerminal && !(await confirm(run.io, question)))
      throw new CommandError('nothing was replaced');
    await add(run, connection, { id: nodeArgument(by), peer, url: plainUrl(url), replaces: name });
  });
}

async function add(run: Run, { client, write, output, endpoints }: Connection, body: AddMemberRequest): Promise<void> {
  const { data } = await client.cluster.addMember(body, write);
  await print(run.io, output, data, () => {
    const done =
      data.replaces === null
        ? `${data.id} is added as a learner, version ${data.version}.`
        : data.replaces === data.id
          ? `${data.id} has a new member in its place, a learner, version ${data.version}.`
          : `${data.id} is added as a learner, version ${data.version}; it takes the place of ${data.replaces} when it has caught up.`;
    return [
      done,
      'Start it with an empty data directory and the cluster-secret of the other nodes:',
      '',
      `  ${joinCommand(body, endpoints[0] ?? '')}`,
      '',
      'It becomes a voter by itself. How far it is: confman members',
      '',
    ].join('\n');
  });
}

export async function removeMember(run: Run, [id = '']: readonly string[]): Promise<undefined> {
  const name = nodeArgument(id);
  if (!flagOption(run, 'yes') && run.io.stdin.isTerminal && !(await confirm(run.io, `Remove ${name} for good?`)))
    throw new CommandError('nothing was removed');
  await withClient(run, async ({ client, write, output }) => {
    const { data } = await client.cluster.removeMember(name, write);
    await print(run.io, output, data, () => `${data.id}: removed, version ${data.version}; its process stops by itself\n`);
  });
}

function nodeArgument(text: string): string {
  const fault = nodeIdFault(text);
  if (fault !== null) throw new UsageError(fault);
  return text;
}

/** People end base URLs with a slash. */
function plainUrl(text: string): string {
  return text.endsWith('/') ? text.slice(0, -1) : text;
}
