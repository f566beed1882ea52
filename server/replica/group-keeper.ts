/**
 * Which groups this node has a replica of: those that the registry lists for it, and those that have begun on its disk. Looked
 * at when the node starts, and whenever the applied registry has changed; one group at a time.
 *
 * A group begins by itself on its first members only, in the very disks that were members when it was made: the registry keeps
 * who they were. Everybody else waits to be sent the state. A removed group leaves a mark in the identity before anything of
 * it goes, so that it is gone whatever happens in between, and never begins again.
 */
import { LogCorruptionError, type LogStore } from '../log/types.ts';
import { StateCorruptionError } from '../state/errors.ts';
import type { MemberInfo } from '../state/member-info.ts';
import type { StateMachine } from '../state/types.ts';
import { beginGroup, type FirstState } from './begin.ts';
import { GROUPS_MAX } from './board.ts';
import type { ReplicaHost } from './host.ts';
import { GROUP_DEFAULT, hasBegun, type IdentityKeeper } from './identity.ts';
import type { Logger } from './runtime.ts';
import type { StateStorage } from './state-storage.ts';

/** A group besides the main one, as the registry lists it. */
export interface ListedGroup {
  readonly id: string;
  /** Names of the nodes that have a replica; null: all. */
  readonly members: readonly string[] | null;
  /** Its first configuration: the voters of the main group when it was made, as far as they are among `members`. */
  readonly first: readonly MemberInfo[];
  /** Of commands, when it was made. */
  readonly level: number;
  readonly removed: boolean;
}

export interface GroupList {
  /** Rises with every change. */
  readonly epoch: number;
  readonly groups: readonly ListedGroup[];
}

/** How the registry is read from the main group's state. */
export interface GroupLister {
  /** Of the applied registry; cheap, asked every turn. */
  epoch(main: StateMachine): number;
  list(main: StateMachine): GroupList;
}

export interface GroupKeeperOptions {
  /** Name of this node. */
  readonly name: string;
  readonly host: ReplicaHost;
  readonly identity: IdentityKeeper;
  readonly log: LogStore;
  readonly storage: StateStorage;
  readonly lister: GroupLister;
  /** The groups of this node are others now. */
  readonly changed: () => void;
  readonly logger: Logger;
  readonly fatal: (reason: string, error: Error) => void;
  readonly signal: AbortSignal;
}

export class GroupKeeper {
  readonly #options: GroupKeeperOptions;
  /** Groups that have been opened or quarantined in this life. */
  readonly #open = new Set<string>();
  /** Epoch of the list that was last acted on. */
  #epoch = -1;
  #list: readonly ListedGroup[] = [];
  #working = false;

  constructor(options: GroupKeeperOptions) {
    this.#options = options;
  }

  /** At the start, the main group first: what was being removed goes, and whatever has begun here is opened. */
  async start(): Promise<void> {
    const { host, identity, signal } = this.#options;
    // What is opened here tells that the registry may have changed: it is looked at when all is open.
    this.#working = true;
    for (const group of identity.current.gone ?? []) await host.remove(group);
    const { members } = identity.current;
    await this.#openOne(GROUP_DEFAULT, { members, level: 1 });
    const { begun = [], awaiting = [] } = identity.current;
    for (const group of new Set([...begun, ...awaiting])) if (!signal.aborted) await this.#openOne(group, null);
    await this.#catchUp();
  }

  /** After whatever may have changed the registry. */
  look(): void {
    if (this.#working || this.#options.signal.aborted || this.#listedEpoch() === this.#epoch) return;
    this.#catchUp().catch((error: unknown) => this.#options.fatal('the groups of this node cannot be kept', asError(error)));
  }

  /** The groups of the cluster besides the main one, as this node last acted on them. */
  listed(): readonly ListedGroup[] {
    return this.#list;
  }

  #listedEpoch(): number {
    const main = this.#options.host.replica(GROUP_DEFAULT);
    return main?.serving === true ? this.#options.lister.epoch(main.machine) : this.#epoch;
  }

  async #catchUp(): Promise<void> {
    const { host, lister, signal } = this.#options;
    this.#working = true;
    while (!signal.aborted && this.#listedEpoch() !== this.#epoch) {
      const main = host.replica(GROUP_DEFAULT);
      if (main === null) break;
      const { epoch, groups } = lister.list(main.machine);
      for (const group of groups) if (!signal.aborted) await this.#keep(group);
      [this.#epoch, this.#list] = [epoch, groups];
    }
    this.#working = false;
  }

  async #keep(group: ListedGroup): Promise<void> {
    const { identity, host, name } = this.#options;
    const { id, members, first, level, removed } = group;
    if (removed) return this.#remove(id);
    if (this.#open.has(id) || identity.current.gone?.includes(id) === true) return;
    const here = first.some((member) => member.id === host.self);
    if (!here && members?.includes(name) === false && !hasBegun(identity.current, id)) return;
    await this.#openOne(id, here ? { members: first, level } : null);
  }

  async #openOne(group: string, first: FirstState | null): Promise<void> {
    const { host, identity, log, storage, logger, signal, changed } = this.#options;
    if (this.#open.size >= GROUPS_MAX) {
      logger('error', 'too-many-groups', {
        group,
        max: GROUPS_MAX,
        help: 'start this node anew: places of removed groups are given again then',
      });
      return;
    }
    this.#open.add(group);
    try {
      await beginGroup(group, first, { log, storage, identity, append: host.append });
      if (!signal.aborted) await host.open(group);
    } catch (error) {
      if (!(error instanceof LogCorruptionError) && !(error instanceof StateCorruptionError)) throw error;
      host.quarantine(group, error.message);
    }
    if (group !== GROUP_DEFAULT) logger('info', 'group-opened', { group, begins: first !== null });
    changed();
  }

  async #remove(group: string): Promise<void> {
    const { identity, host, logger, changed } = this.#options;
    if (identity.current.gone?.includes(group) === true) return;
    const had = this.#open.has(group);
    // First of all: from here on this disk never votes in it again, whatever else is lost.
    identity.update(({ begun = [], awaiting = [], gone = [], ...rest }) => ({
      ...rest,
      begun: begun.filter((one) => one !== group),
      awaiting: awaiting.filter((one) => one !== group),
      gone: [...gone, group],
    }));
    await host.remove(group);
    if (had) logger('info', 'group-removed', { group });
    changed();
  }
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
