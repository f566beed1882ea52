import { print } from '../print.ts';
import { bytes, textTable } from '../text-table.ts';
import { withClient } from './with-client.ts';
import type { ClusterStatus, GroupStatus } from '../../../lib/contract/cluster.ts';
import type { Connection } from '../connect.ts';
import type { Table } from '../print.ts';
import type { Run } from '../program.ts';

/** Reading the status demands nothing of the replica: it is wanted most when something is wrong. */
export async function readStatus({ client, read }: Connection): Promise<ClusterStatus> {
  return (await client.cluster.status({ ...read, session: false })).data;
}

export async function status(run: Run): Promise<undefined> {
  await withClient(run, async (connection) => {
    const data = await readStatus(connection);
    await print(run.io, connection.output, data, () => describe(data));
  });
}

export async function groups(run: Run): Promise<undefined> {
  await withClient(run, async (connection) => {
    const data = await readStatus(connection);
    await print(run.io, connection.output, data.groups, () => groupTable(data.groups));
  });
}

function describe(data: ClusterStatus): string {
  const { cluster } = data;
  const lines = [
    `${cluster.name} (${cluster.id}) is ${cluster.verdict}; ${cluster.canLose === 0 ? 'no further node may fail' : `${cluster.canLose} more may fail`}`,
  ];
  for (const { text, help, node, group } of cluster.reasons) {
    const where = [node, group].filter((part) => part !== undefined).join(' ');
    lines.push(`  ! ${where === '' ? '' : `${where}: `}${text} ${help}`);
  }
  const [nodes, replicas] = [nodeTable(data), groupTable(data.groups)];
  return `${lines.join('\n')}\n\n${textTable(nodes.header, nodes.rows, false)}\n${textTable(replicas.header, replicas.rows, false)}`;
}

function nodeTable({ nodes, node: answering }: ClusterStatus): Table {
  return {
    header: ['NODE', 'STATE', 'URL', 'VERSION', 'UP', 'DATA', 'DISK FREE', 'KNOWN'],
    rows: nodes.map(({ id, state, url, version, uptimeMs, dataBytes, diskFreeBytes, ageMs }) => [
      id === answering ? `${id}*` : id,
      state,
      url,
      version ?? '-',
      uptimeMs === null ? '-' : `${Math.round(uptimeMs / 1000)} s`,
      bytes(dataBytes),
      bytes(diskFreeBytes),
      age(ageMs),
    ]),
  };
}

function groupTable(all: readonly GroupStatus[]): Table {
  return {
    header: ['GROUP', 'NODE', 'ROLE', 'VOTER', 'TERM', 'COMMIT', 'APPLIED', 'LAG', 'KNOWN'],
    rows: all.flatMap(({ id, members: replicas }) =>
      replicas.map(({ node, role, voter, term, commitIndex, appliedIndex, lagEntries, ageMs }) => [
        id,
        node,
        role,
        voter ? 'yes' : 'no',
        String(term),
        String(commitIndex),
        String(appliedIndex),
        lagEntries === null ? 'unknown' : String(lagEntries),
        age(ageMs),
      ]),
    ),
  };
}

/** What was not asked just now is not shown as fresh. */
export function age(ageMs: number): string {
  return ageMs < 1000 ? 'now' : `${Math.round(ageMs / 1000)} s ago`;
}
