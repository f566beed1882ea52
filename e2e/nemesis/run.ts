/** One seeded run: a cluster of real processes, clients of all kinds, faults; then healing, and judgement. */
import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { formatRecordLines } from '../../server/history/formats/record-lines.ts';
import { RealCluster } from '../cluster/cluster.ts';
import type { NodeProcess } from '../cluster/node-process.ts';
import { until } from '../cluster/until.ts';
import { gather, leftovers, unexpectedEnds } from './gather.ts';
import { judge } from './judge.ts';
import type { Evidence, Finding } from './judge.ts';
import { Nemesis } from './nemesis.ts';
import type { Fault } from './nemesis.ts';
import { drawProfile } from './profile.ts';
import type { Profile, ProfileOptions } from './profile.ts';
import { Recorder } from './recorder.ts';
import { OWN, SHARED, Workload } from './workload.ts';

export interface RunOptions extends ProfileOptions {
  /** Another build of the program. */
  readonly program?: string | undefined;
}

export interface RunResult {
  readonly profile: Profile;
  readonly faults: readonly Fault[];
  /** Operations by kind and outcome. */
  readonly counts: Readonly<Record<string, number>>;
  readonly findings: readonly Finding[];
  /** Where the evidence of a failed run is kept; null for a good one. */
  readonly evidence: string | null;
}

/** Writes until it is acknowledged. */
async function written(cluster: RealCluster, node: NodeProcess, recorder: Recorder, namespace: string, key: string): Promise<string> {
  const value = `${namespace} ${key} through ${node.id}`;
  return until(`${node.id} takes ${key}`, async () => {
    const call = recorder.now;
    const headers = { 'idempotency-key': value, 'x-confman-max-wait': '2s' };
    const { status, token, text } = await cluster.put(node, namespace, key, value, { headers });
    if (status !== 201 && status !== 200) throw new Error(text);
    const answer = { outcome: 'written' as const, at: recorder.now, token };
    recorder.operations.push({ op: 'put', session: `${key} ${node.id}`, node: node.id, key: `${namespace} ${key}`, value, call, answer });
    return token;
  });
}

class Run {
  readonly profile: Profile;
  readonly recorder = new Recorder();
  readonly #cluster: RealCluster;
  readonly #nemesis: Nemesis;
  evidence: Evidence | null = null;

  constructor(profile: Profile, cluster: RealCluster) {
    this.profile = profile;
    this.#cluster = cluster;
    this.#nemesis = new Nemesis({ cluster, profile, nowMs: () => this.recorder.now });
  }

  get faults(): readonly Fault[] {
    return this.#nemesis.faults;
  }

  /** Of processes that ended by themselves, or went out of service, though nothing was done to them that would explain it. */
  ends(): readonly Finding[] {
    return [...unexpectedEnds(this.#cluster, this.#nemesis.struck)];
  }

  async carryOut(): Promise<readonly Finding[]> {
    const [first] = this.#cluster.nodes as [NodeProcess];
    const since = await written(this.#cluster, first, this.recorder, OWN, 'begin');
    await written(this.#cluster, first, this.recorder, SHARED, 'begin');
    const workload = Workload.start(this.#cluster, this.recorder, this.profile.seed, since);
    try {
      await this.#nemesis.run();
      await this.#nemesis.heal();
      return await this.#afterwards(workload);
    } finally {
      workload.abandon();
    }
  }

  /** Progress, then the end of every client, then judgement. */
  async #afterwards(workload: Workload): Promise<readonly Finding[]> {
    const cluster = this.#cluster;
    const { lost } = this.#nemesis;
    const whole = cluster.nodes.filter((node) => !lost.has(node));
    await cluster.ready(whole);
    await workload.end();
    // Through every node, and seen at every other one.
    let token = '';
    for (const node of whole) token = await written(cluster, node, this.recorder, OWN, `end-${node.id}`);
    for (const node of whole) {
      const headers = { 'x-confman-min-version': token, 'x-confman-max-wait': '20s' };
      const read = await cluster.get(node, OWN, `end-${whole.at(-1)?.id ?? ''}`, headers);
      if (read.status !== 200) throw new Error(`${node.id} does not get as far as ${token}: ${read.status} ${read.text}`);
    }
    const behind = await workload.endConsumers(token.slice(token.lastIndexOf('/') + 1));
    this.evidence = await gather(cluster, this.recorder, whole, token);
    const watch = behind.map((text): Finding => ({ rule: 'watch', text }));
    return [...watch, ...judge(this.evidence), ...(await this.#otherwise(whole))];
  }

  async #otherwise(whole: readonly NodeProcess[]): Promise<readonly Finding[]> {
    const cluster = this.#cluster;
    const { lost } = this.#nemesis;
    const findings: Finding[] = this.recorder.unexpected.map((text) => ({ rule: 'answers', text }));
    for (const { kind, what } of this.faults) if (kind === 'ended') findings.push({ rule: 'processes', text: what });
    for (const node of lost) {
      await until(`${node.id} listens`, () => node.logged('listening').length > 0);
      const { status, text } = await cluster.get(node, SHARED, 's0');
      if (status !== 503)
        findings.push({ rule: 'answers', text: `${node.id} has lost its disk and answers ${status}: ${text.slice(0, 300)}` });
    }
    for (const node of whole) {
      for (const gauge of ['confman_read_waiters', 'confman_raft_proposals_pending', 'confman_raft_reads_pending'])
        await until(`${gauge} of ${node.id} is back at 0`, async () => (await cluster.metric(node, gauge)) === 0);
    }
    for (const [at, ending] of (await Promise.all(cluster.nodes.map(async (node) => node.terminate()))).entries())
      if (ending.code !== 0)
        findings.push({
          rule: 'processes',
          text: `${cluster.nodes[at]?.id ?? ''} ended with ${JSON.stringify(ending)} when it was told to stop`,
        });
    return [...findings, ...this.ends(), ...leftovers(cluster.folder)];
  }
}

/** Folder of what a failed run has left behind. */
function keepEvidence(run: Run, cluster: RealCluster, findings: readonly Finding[]): string {
  const folder = join(tmpdir(), 'confman-faults', `seed-${run.profile.seed}`);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  cpSync(cluster.folder, join(folder, 'nodes'), { recursive: true });
  writeFileSync(join(folder, 'history.jsonl'), formatRecordLines(run.recorder.operations));
  const rest = { profile: run.profile, findings, faults: run.faults, counts: run.recorder.counts(), watched: run.recorder.watched };
  writeFileSync(
    join(folder, 'run.json'),
    `${JSON.stringify({ ...rest, histories: Object.fromEntries(run.evidence?.histories ?? []), audit: run.evidence?.audit, contents: run.evidence?.contents }, null, 2)}\n`,
  );
  return folder;
}

/** What carries out a run on a cluster that serves, then ends the cluster's processes. */
async function carryOut(run: Run, cluster: RealCluster): Promise<readonly Finding[]> {
  let stage = 'before any fault';
  try {
    for (const node of cluster.nodes) node.start();
    await cluster.ready();
    stage = 'after healing';
    return await run.carryOut();
  } catch (error) {
    // Why it does not go on is often that somebody has ended.
    return [...run.ends(), { rule: 'answers', text: `${stage}: ${error instanceof Error ? error.message : String(error)}` }];
  } finally {
    for (const node of cluster.nodes) node.resume();
    await Promise.all(cluster.nodes.map(async (node) => node.kill()));
  }
}

/** Carries out one run. What goes wrong is a finding, never an exception: also a cluster that does not come to serve. */
export async function runSeed(options: RunOptions): Promise<RunResult> {
  const profile = drawProfile(options);
  const cluster = await RealCluster.prepare({ proxied: true, flags: profile.flags, program: options.program });
  try {
    const run = new Run(profile, cluster);
    const findings = await carryOut(run, cluster);
    const evidence = findings.length === 0 ? null : keepEvidence(run, cluster, findings);
    return { profile, faults: run.faults, counts: run.recorder.counts(), findings, evidence };
  } finally {
    await cluster.stop();
  }
}
