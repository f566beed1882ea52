/** Entry of the consensus thread: Raft groups, the log, the state databases, peer sockets, the tick loop. */
import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parentPort, workerData } from 'node:worker_threads';
import { formatHostPort } from '../config/units.ts';
import { FileLogStore } from '../log/file-log-store.ts';
import { LogCorruptionError, type LogStore } from '../log/types.ts';
import { createPeerTransport } from '../peers/transport.ts';
import type { PeerHandlers, PeerTransport } from '../peers/types.ts';
import { backupMoment } from '../replica/backup-moment.ts';
import { Backups } from '../replica/backups.ts';
import { processNowMs } from '../replica/board.ts';
import type { ConsensusNodeOptions } from '../replica/node-options.ts';
import { CHECKPOINT_LIMITS } from '../replica/checkpoints.ts';
import { ConsensusNode } from '../replica/consensus-node.ts';
import { WorkerCopyThread } from '../replica/copy-thread-client.ts';
import { EngineHost } from '../replica/engine-host.ts';
import { FileStateStorage } from '../replica/file-state-storage.ts';
import { startHashJob } from '../replica/hash-jobs.ts';
import { GROUP_DEFAULT } from '../replica/identity.ts';
import type { Logger, Runtime } from '../replica/runtime.ts';
import { UnreadableLog } from '../replica/unreadable-log.ts';
import { describeFailure } from './describe-failure.ts';
import { DiskWatch } from './disk-watch.ts';
import { findPeers } from './find-peers.ts';
import { openDataDirectory } from './data-directory.ts';
import { readTls, reloadTls } from './peer-tls.ts';
import type { ConsensusThreadData, FromConsensus, ToConsensus } from './thread-messages.ts';

const { settings, secret, seedKeyHash, version, copyScript } = workerData as ConsensusThreadData;

function tell(message: FromConsensus): void {
  parentPort?.postMessage(message);
}

const logger: Logger = (level, event, fields = {}) => tell({ type: 'log', level, event, fields });

/** D5, D6: nothing more may be done by this process; the main thread ends it. */
function fatal(reason: string, error: Error): never {
  tell({ type: 'fatal', message: `${reason}: ${describeFailure(error)}` });
  process.exit(1);
}

const runtime: Runtime = {
  nowMs: processNowMs,
  wallMs: () => Date.now(),
  random: () => Math.random(),
  defer: (run) => void setImmediate(run),
  after: (delayMs, run) => {
    const timer = setTimeout(run, delayMs);
    return () => clearTimeout(timer);
  },
};

function timing(): { electionTicks: number; heartbeatTicks: number; tickMs: number } {
  return { electionTicks: Math.round(settings.electionTimeoutMs / settings.tickMs), heartbeatTicks: 1, tickMs: settings.tickMs };
}

/** A damaged log does not keep the node down: it comes up quarantined, so that status and logs can say so. */
function openLog(dir: string): LogStore {
  try {
    return FileLogStore.open(dir);
  } catch (error) {
    if (error instanceof LogCorruptionError) return new UnreadableLog(error.message);
    throw error;
  }
}

function backupsOf(node: ConsensusNode, storage: FileStateStorage, disk: DiskWatch): Backups {
  return new Backups({
    node: settings.id,
    clusterName: settings.clusterName,
    version,
    groups: () =>
      (node.host?.groups() ?? []).flatMap((group) => {
        const replica = node.host?.replica(group) ?? null;
        return replica?.serving === true ? [{ group, sizeBytes: replica.machine.sizeBytes() }] : [];
      }),
    moment: () =>
      backupMoment(node.host?.replica(GROUP_DEFAULT)?.machine.registry() ?? null, (group) => {
        const replica = node.host?.replica(group) ?? null;
        return replica?.serving === true && replica.machine.applied().index > 0 ? replica.machine.applied().index : null;
      }),
    copy: (group, signal) => storage.backup(group, signal),
    freeBytes: () => disk.state.freeBytes,
    reserveBytes: settings.diskReserveBytes,
    wallMs: () => Date.now(),
    logger,
    damaged: (group, detail) => node.damaged(group, detail),
  });
}

function comparingOf(storage: FileStateStorage): ConsensusNodeOptions['comparing'] {
  const hashes = {
    prepare: (group: string) => startHashJob(pathToFileURL(copyScript), storage.livePath(group)),
    markDiverged: (group: string, reason: string) => storage.markDiverged(group, reason),
  };
  return { hashes, everyMs: settings.compareIntervalMs };
}

function createTransport(handlers: PeerHandlers): PeerTransport {
  return createPeerTransport({
    name: settings.id,
    listen: formatHostPort(settings.peerListen),
    secret,
    handlers,
    log: logger,
    timers: {
      now: processNowMs,
      setTimeout: (callback, delayMs) => setTimeout(callback, delayMs),
      clearTimeout: (timer) => clearTimeout(timer as NodeJS.Timeout),
    },
    random: () => Math.random(),
    tls: settings.peerTls === null ? undefined : readTls(settings.peerTls),
  });
}

async function start(): Promise<void> {
  const directory = openDataDirectory(settings);
  const stateDir = join(settings.data, 'state');
  mkdirSync(stateDir, { recursive: true, mode: 0o700 });
  const disk = new DiskWatch(settings.data, settings.diskReserveBytes, settings.stateBytesMax);
  const log = openLog(join(settings.data, 'log'));
  const storage = new FileStateStorage(stateDir, new WorkerCopyThread(pathToFileURL(copyScript)));
  const node: ConsensusNode = new ConsensusNode({
    name: settings.id,
    clusterName: settings.clusterName,
    peerAddress: settings.advertisePeer,
    url: settings.advertiseUrl,
    initialMembers: settings.initialMembers.map(({ node: name, peer }) => ({ name, peer })),
    join: settings.join.length === 0 ? null : findPeers({ settings, secret }),
    votersMax: settings.votersMax,
    version,
    timing: timing(),
    readyLagEntriesMax: settings.readyLagEntriesMax,
    seedKeyHash,
    retention: {
      revisionsPerKey: settings.historyKeep.revisionsMax,
      revisionsMs: settings.historyKeep.ageMsMax,
      auditMs: settings.auditKeepMs,
    },
    checkpoints: { ...CHECKPOINT_LIMITS, intervalMs: settings.checkpointIntervalMs, tailEntries: settings.logTailEntries },
    comparing: comparingOf(storage),
    runtime,
    log,
    storage,
    identities: directory.identities,
    clockStore: directory.clock,
    createTransport,
    logger,
    drawId: () => randomBytes(4).toString('hex'),
    disk: () => disk.state,
    observer: {
      published: (group) => engine.publish(group),
      reopened: (group, state) => {
        engine.opened(group, state);
        disk.watchState(group, () => state.machine.sizeBytes());
      },
      closed: (group) => {
        disk.forgetState(group);
        engine.closed(group);
      },
      membersChanged: () => engine.membersChanged(node.host?.members() ?? []),
      roleChanged: () => undefined,
      fatal,
    },
    relayServer: (request) => engine.serveRelay(request),
    onSeeded: () => tell({ type: 'seeded' }),
    onRemoved: (reason) => tell({ type: 'removed', reason }),
  });
  const engine: EngineHost = new EngineHost({
    nodeId: settings.id,
    runtime,
    logger,
    lab: settings.lab,
    staleAfterMs: settings.electionTimeoutMs,
    waitersMax: settings.waitersMax,
    services: node,
    journal: (group, index) => node.host?.journal(group, index) ?? null,
    backups: backupsOf(node, storage, disk),
  });
  engine.opened('default', null);
  engine.publish('default');

  async function stop(graceMs: number): Promise<void> {
    await node.stop(graceMs);
    log.close();
    disk.stop();
    directory.release();
    tell({ type: 'stopped' });
    parentPort?.close();
  }

  parentPort?.on('message', (message: ToConsensus) => {
    switch (message.type) {
      case 'connect':
        tell({ type: 'connected', id: message.id, init: engine.connect(message.port) });
        return;
      case 'reload-tls':
        return reloadTls(node.transport, settings.peerTls, logger);
      case 'stop':
        void stop(message.graceMs);
    }
  });
  tell({ type: 'started', peer: formatHostPort(settings.peerListen) });
  await node.start();
}

start().catch((error: unknown) => fatal('the node cannot start', error instanceof Error ? error : new Error(String(error))));
