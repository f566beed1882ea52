import { join, resolve as resolvePath } from 'node:path';
import { everyName } from '../../config/every-name.ts';
import { resolveSettings, variableName } from '../../config/sources.ts';
import { upTable } from '../../config/up-table.ts';
import { CommandError, EXIT } from '../exit.ts';
import { Child, describeExit } from '../up/child.ts';
import { keepShape, settleSecrets, settleShape } from '../up/cluster-file.ts';
import { checkPortsAreFree, layOut } from '../up/ports.ts';
import { untilReady } from '../up/readiness.ts';
import type { Values } from '../../config/setting.ts';
import type { Io } from '../io.ts';
import type { Run } from '../program.ts';
import type { ClusterSecrets } from '../up/cluster-file.ts';
import type { LocalNode } from '../up/ports.ts';

const readyMsMax = 120_000;
const stopMsMax = 20_000;

type UpValues = Values<typeof upTable>;

/** Runs a local cluster until interrupted. */
export async function up(run: Run): Promise<number> {
  const { io } = run;
  const values = await resolveUpSettings(run);
  const directory = resolvePath(io.cwd, values.data);
  const shape = settleShape(directory, values);
  const nodes = layOut(shape.nodes, shape.port, (id) => join(directory, id));
  await checkPortsAreFree(nodes, !shape.kept);
  const secrets = settleSecrets(directory, { adminKey: values['admin-key'], clusterSecret: values['cluster-secret'] });
  if (secrets.adminKeyIgnored)
    await io.stderr.write(
      `confman: this cluster was formed with the key in ${join(directory, 'admin-key')}; the one given now is not used\n`,
    );
  keepShape(directory, shape.port, nodes);

  const children = nodes.map((node) => startNode(node, nodes, values, secrets, io));
  try {
    await untilReady(children, readyMsMax, io.interrupted);
    await io.stdout.write(values.json ? readyLine(children, secrets) : welcome(children, secrets, directory, values.web, io));
    return await superviseUntilInterrupted(children, io);
  } catch (error) {
    if (error instanceof CommandError && io.interrupted.aborted) return EXIT.ok;
    throw error;
  } finally {
    await stopAll(children, io);
  }
}

async function resolveUpSettings(run: Run): Promise<UpValues> {
  const flags: Record<string, string> = run.flags['config'] === undefined ? {} : { config: run.flags['config'] };
  for (const name of Object.keys(upTable)) {
    const given = run.options[name];
    if (given !== undefined && run.explicit(name)) flags[name] = String(given);
  }
  const { parse } = await import('yaml');
  return resolveSettings(upTable, { flags, env: run.io.env, parseYaml: (text) => parse(text) as unknown, otherNames: everyName }).values;
}

function startNode(node: LocalNode, all: readonly LocalNode[], values: UpValues, secrets: ClusterSecrets, io: Io): Child {
  const args = [
    '--id',
    node.id,
    '--data',
    node.data,
    '--listen',
    `127.0.0.1:${node.port}`,
    '--peer-listen',
    node.peer,
    '--initial-cluster',
    all.map(({ id, peer }) => `${id}=${peer}`).join(','),
    '--stop-with-stdin',
    `--lab=${values.lab}`,
    `--web=${values.web}`,
  ];
  return Child.start({
    node,
    program: join(io.programs, 'node.mjs'),
    args,
    env: childEnvironment(io.env, secrets),
    cwd: io.cwd,
    onLine: values.verbose ? (line) => void io.stderr.write(`[${node.id}] ${line}\n`) : undefined,
  });
}

/** Everything else that is set for nodes reaches them; what would turn them into another cluster does not. */
function childEnvironment(env: Io['env'], secrets: ClusterSecrets): Record<string, string | undefined> {
  const kept = { ...env };
  for (const name of ['join', 'advertise-url', 'advertise-peer', 'admin-key-file', 'cluster-secret-file']) delete kept[variableName(name)];
  return { ...kept, [variableName('admin-key')]: secrets.adminKey, [variableName('cluster-secret')]: secrets.clusterSecret };
}

function readyLine(children: readonly Child[], { adminKey }: ClusterSecrets): string {
  const nodes = children.map(({ node, pid }) => ({ id: node.id, url: node.url, peer: node.peer, pid, data: node.data }));
  return `${JSON.stringify({ ready: true, adminKey, nodes })}\n`;
}

function welcome(children: readonly Child[], { adminKey }: ClusterSecrets, directory: string, web: boolean, io: Io): string {
  const first = children[0]?.node.url ?? '';
  const lines = [`Confman is ready: ${children.length} ${children.length === 1 ? 'node' : 'nodes'}, data in ${directory}`, ''];
  for (const { node, pid } of children) lines.push(`  ${node.id}  ${node.url}  peers ${node.peer}  pid ${pid}`);
  lines.push(
    '',
    web ? `Open ${first} and sign in with this key, an administrator's:` : "Its API takes this key, an administrator's:",
    '',
    `  ${adminKey}`,
    '',
  );
  // Commands find the cluster by its directory, or are told.
  const told = directory === join(io.cwd, '.confman') ? '' : `CONFMAN_ENDPOINT=${first} CONFMAN_KEY=${adminKey} `;
  lines.push(`Try it: ${told}./confman put demo greeting hello`, 'Ctrl-C stops the cluster; its data stays.', '');
  return lines.join('\n');
}

/** A node that dies is reported and stays dead: what killed it is to be looked at, not to be papered over. */
async function superviseUntilInterrupted(children: readonly Child[], io: Io): Promise<number> {
  const interrupted = new Promise<'interrupted'>((resolve) => {
    if (io.interrupted.aborted) resolve('interrupted');
    io.interrupted.addEventListener('abort', () => {
      resolve('interrupted');
    });
  });
  const alive = new Set(children);
  while (alive.size > 0) {
    const event = await Promise.race([interrupted, ...[...alive].map(async (child) => child.exited.then(() => child))]);
    if (event === 'interrupted') return EXIT.ok;
    alive.delete(event);
    const exit = event.exit === null ? 'ended' : describeExit(event.exit);
    await io.stderr.write(
      `confman: ${event.node.id} ${exit}; ${alive.size} of ${children.length} nodes run. It is not started again by itself: see ${event.logFile}, then stop this and run confman up again\n`,
    );
  }
  throw new CommandError('no node runs any more');
}

async function stopAll(children: readonly Child[], io: Io): Promise<void> {
  await Promise.all(
    children.map(async (child) => {
      if (await child.stop(stopMsMax))
        await io.stderr.write(`confman: ${child.node.id} did not stop within ${stopMsMax / 1000} s and was killed\n`);
    }),
  );
}
