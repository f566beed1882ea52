'use client';

import { useEffect, useMemo, useRef, useState } from 'react';
import type { Observation } from '../../../components/lab/timing.ts';
import type { Plan, ReadOutcome, Run } from '../../../components/lab/run.ts';
import { groupOf, indexOf, LAB_KEY, LAB_NAMESPACE, ownVersion } from '../../../components/lab/run.ts';
import type { ClusterStatus } from '../../../lib/contract/cluster.ts';
import type { ConfmanClient } from '../../../lib/client/create-client.ts';
import { createClient } from '../../../lib/client/create-client.ts';
import { ConfmanError, isConfmanError } from '../../../lib/client/errors.ts';
import { Session } from '../../../lib/client/session.ts';

/** Beyond what a node may hold a request. */
const CALL_MS = 10_000;
/** Each answer of a node narrows down when it was. */
const LOOKS = 3;
const LOOK_MS = 1_500;

export type Experiment =
  | { readonly kind: 'idle' }
  | { readonly kind: 'writing'; readonly plan: Plan }
  | { readonly kind: 'reading'; readonly plan: Plan; readonly version: string; readonly sinceMs: number }
  | { readonly kind: 'looking'; readonly plan: Plan }
  | { readonly kind: 'done'; readonly run: Run }
  | { readonly kind: 'failed'; readonly message: string };

export interface Experimenting {
  readonly state: Experiment;
  readonly run: (plan: Plan) => void;
}

/**
 * Writes, reads at once, and asks every node what it saw. It has a session of its own, so that what it demands is exactly what
 * the plan says, and nothing of it reaches the reader's other pages.
 *
 * @param nodes all of the cluster
 * @param via the node of this page
 * @param status as far as the page knows it
 */
export function useExperiment(nodes: readonly string[], via: string, status: ClusterStatus | null): Experimenting {
  // Of the moment when a run is over, not of when it began.
  const statusNow = useRef(status);
  useEffect(() => {
    statusNow.current = status;
  }, [status]);
  const [state, setState] = useState<Experiment>({ kind: 'idle' });
  const busy = useRef(false);
  const client = useMemo(
    () =>
      createClient({
        endpoints: [''],
        session: new Session(),
        retry: { attemptsMax: 1 },
        timeouts: { totalMs: 60_000, attemptMs: CALL_MS },
      }),
    [],
  );

  const perform = async (plan: Plan): Promise<void> => {
    const startMs = performance.now();
    const nowMs = (): number => performance.now() - startMs;
    setState({ kind: 'writing', plan });
    const value = `written at ${new Date().toISOString()} on ${plan.writer}`;
    const written = await write(client, plan, value, nowMs);
    setState({ kind: 'reading', plan, version: written.version, sinceMs: Date.now() });
    const read = await readBack(client, plan, value, written.token, nowMs);
    setState({ kind: 'looking', plan });
    const group = groupOf(written.version);
    const observations = await look(client, nodes, { group, index: indexOf(written.version) }, nowMs);
    setState({
      kind: 'done',
      run: {
        plan,
        via,
        leader: statusNow.current?.groups.find(({ id }) => id === group)?.leader ?? null,
        value,
        version: written.version,
        index: indexOf(written.version),
        write: written.sent,
        read,
        observations,
      },
    });
  };

  return {
    state,
    run: (plan) => {
      if (busy.current) return;
      busy.current = true;
      perform(plan)
        .catch((error: unknown) => setState({ kind: 'failed', message: error instanceof Error ? error.message : String(error) }))
        .finally(() => {
          busy.current = false;
        });
    },
  };
}

interface Written {
  readonly version: string;
  readonly token: string | null;
  readonly sent: { readonly sentMs: number; readonly answeredMs: number };
}

async function write(client: ConfmanClient, plan: Plan, value: string, nowMs: () => number): Promise<Written> {
  const body = { value, type: 'text', message: 'Consistency lab' } as const;
  const put = async (): Promise<Written> => {
    const sentMs = nowMs();
    const { data, meta } = await client.config.put(LAB_NAMESPACE, LAB_KEY, body, { node: plan.writer });
    return { version: data.version, token: meta.token, sent: { sentMs, answeredMs: nowMs() } };
  };
  try {
    return await put();
  } catch (error) {
    // Where namespaces are strict somebody has to create it first.
    if (!isConfmanError(error, 'namespace-not-found')) throw error;
    await client.namespaces.put(LAB_NAMESPACE, { description: 'Experiments of the consistency lab; may be deleted' });
    return put();
  }
}

async function readBack(client: ConfmanClient, plan: Plan, value: string, token: string | null, nowMs: () => number): Promise<Run['read']> {
  const sentMs = nowMs();
  const outcome = async (): Promise<ReadOutcome> => {
    try {
      const { data, meta } = await client.config.get(LAB_NAMESPACE, LAB_KEY, {
        node: plan.reader,
        session: false,
        consistency: plan.mode,
        timeoutMs: plan.waitMs + CALL_MS,
        ...(plan.mode === 'read-your-writes' && token !== null ? { minVersion: token } : {}),
        ...(plan.mode === 'eventual' ? {} : { maxWaitMs: plan.waitMs, onTimeout: plan.onTimeout }),
      });
      const replica = meta.replicas[0];
      return {
        kind: data.value === value ? 'new' : 'old',
        value: data.value,
        // Of the state that was read, not of the entry: how far this node was.
        version: ownVersion(meta.version ?? data.version),
        node: replica?.node ?? plan.reader,
        role: replica?.role ?? '',
        waitedMs: replica?.waitedMs ?? null,
        stale: replica?.stale ?? false,
      };
    } catch (error) {
      if (!(error instanceof ConfmanError)) throw error;
      if (error.code === 'entry-not-found' || error.code === 'namespace-not-found')
        return { kind: 'missing', version: null, waitedMs: null };
      return { kind: 'refused', code: error.code, message: error.message };
    }
  };
  const found = await outcome();
  return { sentMs, answeredMs: nowMs(), outcome: found };
}

/** Asks every node a few times when it did what with the entry. A node that does not answer has no observations. */
async function look(
  client: ConfmanClient,
  nodes: readonly string[],
  { group, index }: { readonly group: string; readonly index: number },
  nowMs: () => number,
): Promise<ReadonlyMap<string, readonly Observation[]>> {
  const seen = await Promise.all(
    nodes.map(async (node): Promise<readonly [string, readonly Observation[]]> => {
      const observations: Observation[] = [];
      for (let at = 0; at < LOOKS; at += 1) {
        const askedMs = nowMs();
        try {
          const { data } = await client.cluster.journal(group, { node, index, retry: false, timeoutMs: LOOK_MS });
          if (data.entry !== null) observations.push({ askedMs, answeredMs: nowMs(), entry: data.entry });
        } catch (error) {
          if (!(error instanceof ConfmanError)) throw error;
          break;
        }
      }
      return [node, observations];
    }),
  );
  return new Map(seen);
}
