import type { PeerHandlers, PeerTransport } from '../peers/types.ts';
import type { LogStore } from '../log/types.ts';
import type { CheckpointLimits } from './checkpoints.ts';
import type { ClockStore } from './clock-reserve.ts';
import type { InitialMember } from './formation.ts';
import type { GroupLister } from './group-keeper.ts';
import type { CoreLimits, ReplicaTiming } from './group-options.ts';
import type { StateHashes } from './hash-jobs.ts';
import type { HostObserver } from './host-options.ts';
import type { IdentityStore } from './identity.ts';
import type { FindPeers } from './joining.ts';
import type { RelayServer } from './relay.ts';
import type { Logger, Runtime } from './runtime.ts';
import type { StateStorage } from './state-storage.ts';

/** Everything that a node needs of the world: the consensus thread gives it the real one, the simulator its own. */
export interface ConsensusNodeOptions {
  readonly name: string;
  readonly clusterName: string;
  readonly peerAddress: string;
  readonly url: string;
  /** `--initial-cluster`, this node included. */
  readonly initialMembers: readonly InitialMember[];
  /** How this node finds the cluster that it is to join; null: it forms one. */
  readonly join: FindPeers | null;
  readonly votersMax: number;
  readonly version: string;
  readonly timing: ReplicaTiming;
  /** Of the core, per group; defaults unless told otherwise. */
  readonly limits?: CoreLimits | undefined;
  readonly readyLagEntriesMax: number;
  /** SHA-256 of the key that seeds a new cluster, hex; drawn by whoever composes the node. */
  readonly seedKeyHash: string;
  readonly retention: { readonly revisionsPerKey: number; readonly revisionsMs: number; readonly auditMs: number };
  readonly runtime: Runtime;
  readonly log: LogStore;
  readonly storage: StateStorage;
  readonly identities: IdentityStore;
  /** Where the clock's reserve is kept. */
  readonly clockStore: ClockStore;
  readonly createTransport: (handlers: PeerHandlers) => PeerTransport;
  readonly logger: Logger;
  readonly drawId: () => string;
  /** Free and used bytes, looked at now and then by the composer. */
  readonly disk: () => { readonly freeBytes: number; readonly dataBytes: number; readonly full: boolean };
  readonly observer: HostObserver;
  readonly relayServer: RelayServer;
  /** A seed command of this node was applied; another's may have come first. */
  readonly onSeeded: () => void;
  /** This node was removed from its cluster, for this reason: the process is to end, and never to run again on this data. */
  readonly onRemoved: (reason: string) => void;
  /** How the groups of the cluster are read from the main group's state; the registry's own way unless told otherwise. */
  readonly lister?: GroupLister | undefined;
  readonly checkpoints?: CheckpointLimits | undefined;
  /** How replicas compare their states; without it they do not. */
  readonly comparing?: { readonly hashes: StateHashes; readonly everyMs: number } | undefined;
}
