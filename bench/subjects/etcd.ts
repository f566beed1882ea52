/** Three etcd nodes on loopback, where `etcd` is installed: the yardstick of durable writes. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePorts, type Processes } from '../processes.ts';

const execute = promisify(execFile);
const READY_MS_MAX = 30_000;

export interface EtcdCluster {
  readonly version: string;
  /** Client port of the node that leads now. */
  leaderPort(): Promise<number>;
  /** What the leader reports for Prometheus. */
  metrics(): Promise<string>;
  stop(): Promise<void>;
}

/** Null when there is no etcd on this machine. */
export async function etcdVersion(): Promise<string | null> {
  try {
    const { stdout } = await execute('etcd', ['--version']);
    return /Version: (\S+)/.exec(stdout)?.[1] ?? 'unknown';
  } catch {
    return null;
  }
}

export async function startEtcd(processes: Processes, version: string): Promise<EtcdCluster> {
  const ports = await freePorts(3, 10);
  const peer = (port: number): string => `http://127.0.0.1:${port + 1}`;
  const client = (port: number): string => `http://127.0.0.1:${port}`;
  const members = ports.map((port, at) => `e${at}=${peer(port)}`).join(',');
  const children = ports.map((port, at) => {
    const child = processes.start({
      program: 'etcd',
      args: [
        '--name',
        `e${at}`,
        '--data-dir',
        join(processes.tempDir(), 'etcd'),
        '--log-level',
        'error',
        '--listen-client-urls',
        client(port),
        '--advertise-client-urls',
        client(port),
        '--listen-peer-urls',
        peer(port),
        '--initial-advertise-peer-urls',
        peer(port),
        '--initial-cluster',
        members,
        '--initial-cluster-state',
        'new',
        '--initial-cluster-token',
        `bench-${process.pid}`,
      ],
      env: { ...process.env, ETCD_UNSUPPORTED_ARCH: process.arch },
      // It logs through two loggers, of which one minds no level.
      quiet: true,
    });
    child.stdout?.resume();
    return child;
  });
  const leaderPort = async (): Promise<number> => {
    const deadlineMs = performance.now() + READY_MS_MAX;
    for (;;) {
      for (const port of ports) if (await leads(client(port))) return port;
      if (performance.now() > deadlineMs) throw new Error('etcd has no leader');
      await new Promise((resolve) => {
        setTimeout(resolve, 100);
      });
    }
  };
  await leaderPort();
  return {
    version,
    leaderPort,
    metrics: async () => (await fetch(`${client(await leaderPort())}/metrics`)).text(),
    stop: async () => {
      await Promise.all(children.map(async (child) => processes.stop(child)));
    },
  };
}

async function leads(url: string): Promise<boolean> {
  try {
    const answer = await fetch(`${url}/v3/maintenance/status`, { method: 'POST', body: '{}' });
    const { header, leader } = (await answer.json()) as { readonly header?: { readonly member_id?: string }; readonly leader?: string };
    return leader !== undefined && leader === header?.member_id;
  } catch {
    return false;
  }
}
