import type { ReplicaHost } from './host.ts';
import type { PeerTransport } from '../peers/types.ts';
import type { Comparisons } from './comparisons.ts';
import { nameOfPeer } from './conf-context.ts';

interface Sample {
  readonly name: string;
  readonly type: 'counter' | 'gauge';
  readonly help: string;
  readonly labels?: Readonly<Record<string, string>> | undefined;
  readonly value: number;
}

export interface LoopFacts {
  readonly loopLatenessMs: { readonly max: number; readonly p99: number };
  readonly clockIgnored: number;
  /** Null: states are not compared. */
  readonly comparisons: Pick<Comparisons, 'completed' | 'verdict'> | null;
}

/** Prometheus text of the consensus thread: names after etcd's where there is one, no keys or namespaces in labels. */
export function metricsText(host: ReplicaHost, transport: PeerTransport, { loopLatenessMs, clockIgnored, comparisons }: LoopFacts): string {
  const lateness = {
    name: 'confman_loop_lateness_ms',
    type: 'gauge',
    help: 'How late ticks of the consensus loop were, over the last minute.',
  } as const;
  return render([
    ...host.groups().flatMap((group) => groupSamples(host, group)),
    ...hostSamples(host, transport),
    ...(comparisons === null ? [] : comparisonSamples(host, comparisons)),
    { ...lateness, labels: { quantile: '0.99' }, value: loopLatenessMs.p99 },
    { ...lateness, labels: { quantile: '1' }, value: loopLatenessMs.max },
    { name: 'confman_clock_ignored_total', type: 'counter', help: 'Clock values too far ahead to be taken over.', value: clockIgnored },
  ]);
}

function comparisonSamples(host: ReplicaHost, comparisons: Pick<Comparisons, 'completed' | 'verdict'>): readonly Sample[] {
  const total: Sample = {
    name: 'confman_state_comparisons_total',
    type: 'counter',
    help: 'Comparisons of the states of all replicas that this node has led to a verdict.',
    value: comparisons.completed,
  };
  const ofGroups = host.groups().flatMap((group): readonly Sample[] => {
    const verdict = comparisons.verdict(group);
    if (verdict === null) return [];
    const labels = { group };
    const differs = verdict.kind === 'differ' ? 1 : 0;
    return [
      {
        name: 'confman_state_differs',
        type: 'gauge',
        help: 'Whether replicas held different states when last compared.',
        labels,
        value: differs,
      },
      { name: 'confman_state_compared_index', type: 'gauge', help: 'Applied index of the last comparison.', labels, value: verdict.index },
    ];
  });
  return [total, ...ofGroups];
}

function groupSamples(host: ReplicaHost, group: string): readonly Sample[] {
  const view = host.view(group);
  const replica = host.replica(group);
  const labels = { group };
  const samples: Sample[] = [
    {
      name: 'confman_raft_has_leader',
      type: 'gauge',
      help: 'Whether this replica knows a leader.',
      labels,
      value: view.leaderPeer === null ? 0 : 1,
    },
    { name: 'confman_raft_is_leader', type: 'gauge', help: 'Whether this replica leads.', labels, value: view.role === 'leader' ? 1 : 0 },
    { name: 'confman_raft_term', type: 'gauge', help: 'Current term.', labels, value: view.term },
    { name: 'confman_raft_commit_index', type: 'gauge', help: 'Last commit index heard of.', labels, value: view.commitIndex },
    { name: 'confman_raft_applied_index', type: 'gauge', help: 'Last applied index.', labels, value: view.appliedIndex },
    {
      name: 'confman_replica_quarantined',
      type: 'gauge',
      help: 'Whether this replica is out of service because of damage.',
      labels,
      value: view.condition === 'quarantined' ? 1 : 0,
    },
  ];
  if (replica === null) return samples;
  const status = replica.status();
  samples.push(
    { name: 'confman_raft_voters', type: 'gauge', help: 'Voters.', labels, value: status.confState.voters.length },
    { name: 'confman_raft_learners', type: 'gauge', help: 'Members without a vote.', labels, value: status.confState.learners.length },
    {
      name: 'confman_raft_configurations_applied_total',
      type: 'counter',
      help: 'Changes of the members applied since start.',
      labels,
      value: replica.counters.configurationsApplied,
    },
    { name: 'confman_raft_last_index', type: 'gauge', help: 'Last index in the log.', labels, value: status.lastIndex },
    {
      name: 'confman_raft_leader_changes_seen_total',
      type: 'counter',
      help: 'Changes of leader or role seen.',
      labels,
      value: replica.counters.leaderChanges,
    },
    {
      name: 'confman_raft_elections_total',
      type: 'counter',
      help: 'Elections this replica has started.',
      labels,
      value: replica.counters.elections,
    },
    {
      name: 'confman_raft_applied_total',
      type: 'counter',
      help: 'Entries applied since start.',
      labels,
      value: replica.counters.appliedEntries,
    },
    {
      name: 'confman_raft_snapshots_installed_total',
      type: 'counter',
      help: 'Copies of the state taken in from other nodes.',
      labels,
      value: replica.counters.snapshotsInstalled,
    },
    {
      name: 'confman_raft_proposals_pending',
      type: 'gauge',
      help: 'Proposals queued or in the log without a fate.',
      labels,
      value: replica.proposals.queued + replica.proposals.pending,
    },
    {
      name: 'confman_raft_reads_pending',
      type: 'gauge',
      help: 'Questions for a read index without an answer.',
      labels,
      value: replica.reads.size,
    },
    {
      name: 'confman_raft_read_rounds_total',
      type: 'counter',
      help: 'Questions for the commit index that this replica has put to the leader; one serves all reads that wait then.',
      labels,
      value: replica.reads.rounds,
    },
  );
  for (const [peer, progress] of status.progress ?? []) {
    if (peer === host.self) continue;
    samples.push({
      name: 'confman_raft_follower_lag_entries',
      type: 'gauge',
      help: 'Entries that a follower has not acknowledged.',
      labels: { group, follower: nameOfPeer(peer) },
      value: Math.max(0, status.lastIndex - progress.match),
    });
  }
  return samples;
}

function hostSamples(host: ReplicaHost, transport: PeerTransport): readonly Sample[] {
  const counters = host.counters();
  const peers = transport.stats();
  const samples: Sample[] = [
    { name: 'confman_log_appends_total', type: 'counter', help: 'Appends to the log; each is one fdatasync.', value: counters.appends },
    { name: 'confman_log_entries_total', type: 'counter', help: 'Entries written to the log.', value: counters.loggedEntries },
    {
      name: 'confman_state_checkpoints_total',
      type: 'counter',
      help: 'Completed checkpoints of state databases.',
      value: counters.checkpoints,
    },
    {
      name: 'confman_raft_snapshots_sent_total',
      type: 'counter',
      help: 'Copies of the state sent to other nodes.',
      value: counters.snapshotsSent,
    },
    { name: 'confman_peer_messages_sent_total', type: 'counter', help: 'Raft messages sent.', value: peers.raftMessagesOut },
    { name: 'confman_peer_messages_received_total', type: 'counter', help: 'Raft messages received.', value: peers.raftMessagesIn },
    {
      name: 'confman_peer_messages_dropped_total',
      type: 'counter',
      help: 'Raft messages that found no connection or no room.',
      value: peers.raftMessagesDropped,
    },
    {
      name: 'confman_peer_connections_refused_total',
      type: 'counter',
      help: 'Connections refused: strangers, wrong cluster, lineage or incarnation.',
      value: peers.connectionsRefused,
    },
    {
      name: 'confman_peer_frames_invalid_total',
      type: 'counter',
      help: 'Connections closed for bytes that do not decode.',
      value: peers.framesInvalid,
    },
  ];
  for (const [peer, state] of transport.states()) {
    samples.push({
      name: 'confman_peer_connected',
      type: 'gauge',
      help: 'Whether both connections to a peer stand.',
      labels: { peer },
      value: state.connected ? 1 : 0,
    });
    if (state.rttMs !== null)
      samples.push({
        name: 'confman_peer_rtt_ms',
        type: 'gauge',
        help: 'Round trip of the last ping.',
        labels: { peer },
        value: state.rttMs,
      });
  }
  return samples;
}

function render(samples: readonly Sample[]): string {
  const byName = new Map<string, Sample[]>();
  for (const sample of samples) byName.set(sample.name, [...(byName.get(sample.name) ?? []), sample]);
  const lines: string[] = [];
  for (const [name, rows] of byName) {
    const first = rows[0] as Sample;
    lines.push(`# HELP ${name} ${first.help}`, `# TYPE ${name} ${first.type}`);
    for (const { labels, value } of rows) {
      const text = Object.entries(labels ?? {})
        .map(([key, one]) => `${key}="${one}"`)
        .join(',');
      lines.push(text === '' ? `${name} ${value}` : `${name}{${text}} ${value}`);
    }
  }
  return `${lines.join('\n')}\n`;
}
