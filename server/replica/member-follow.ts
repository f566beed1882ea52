/**
 * Every group of the cluster follows the members of the main one. Whoever asks for a change makes it in all groups; what that
 * has left undone (the asking node went away, a group had no leader) the leader of each group does by itself.
 */
import type { MemberInfo } from '../state/member-info.ts';
import type { GroupList, ListedGroup } from './group-keeper.ts';
import { isJoint } from '../raft/confchange.ts';
import { describeChange, type GroupChange, type MemberChanges } from './member-changes.ts';
import type { ReplicaHost } from './host.ts';
import type { Logger, Runtime } from './runtime.ts';

export interface MemberFollowerOptions {
  readonly host: ReplicaHost;
  readonly runtime: Runtime;
  readonly changes: MemberChanges;
  readonly mainGroup: string;
  /** The groups besides the main one, as the applied registry lists them. */
  readonly groups: () => GroupList['groups'];
  /** Without word from the leader for so long this node does not know the members of now. */
  readonly staleMs: number;
  readonly logger: Logger;
}

const LOOK_MS = 1_000;
/**
 * A difference is a change under way until it has stood for so long: this node may have applied more of one group than of the
 * other, and must not undo what somebody is doing.
 */
const SETTLE_MS = 5_000;
const CHANGE_MS = 5_000;

/** What is to be done first so that a group has the members that it should have; null when it has. */
export function nextChange(main: readonly MemberInfo[], group: readonly MemberInfo[], names: readonly string[] | null): GroupChange | null {
  const wanted = main.filter(({ name }) => names === null || names.includes(name));
  for (const { replaces, ...member } of wanted) {
    if (group.some(({ id }) => id === member.id)) continue;
    // Of two disks of one name the main group has dropped the older: it goes first.
    if (group.some(({ name }) => name === member.name)) return { type: 'remove', name: member.name };
    return { type: 'add', member, replaces: group.find(({ id }) => id === replaces)?.name ?? null };
  }
  const gone = group.find(({ id }) => !main.some((member) => member.id === id));
  return gone === undefined ? null : { type: 'remove', name: gone.name };
}

export class MemberFollower {
  readonly #options: MemberFollowerOptions;
  /** Since when each group has differed in this way. */
  readonly #since = new Map<string, { readonly what: string; readonly ms: number }>();
  #nextMs = 0;
  #busy = false;

  constructor(options: MemberFollowerOptions) {
    this.#options = options;
  }

  /** Called with every tick of the node. */
  tick(): void {
    const now = this.#options.runtime.nowMs();
    if (now < this.#nextMs || this.#busy) return;
    this.#nextMs = now + LOOK_MS;
    const main = this.#membersOfNow();
    if (main === null) return this.#since.clear();
    for (const listed of this.#options.groups()) this.#look(listed, main, now);
  }

  /** Null while this node cannot know them. */
  #membersOfNow(): readonly MemberInfo[] | null {
    const { host, mainGroup, staleMs } = this.#options;
    const { condition, contactMs, commitIndex, appliedIndex } = host.view(mainGroup);
    if (condition !== 'ok' || contactMs === null || contactMs > staleMs || appliedIndex < commitIndex) return null;
    const replica = host.replica(mainGroup);
    return replica === null || isJoint(replica.raft.confState) ? null : replica.machine.members();
  }

  #look({ id, members }: ListedGroup, main: readonly MemberInfo[], now: number): void {
    const replica = this.#options.host.replica(id);
    const leads = replica?.serving === true && replica.raft.role === 'leader' && !isJoint(replica.raft.confState);
    const change = leads ? nextChange(main, replica.machine.members(), members) : null;
    if (change === null) return void this.#since.delete(id);
    const what = describeChange(change);
    const since = this.#since.get(id);
    if (since?.what !== what) this.#since.set(id, { what, ms: now });
    else if (now - since.ms >= SETTLE_MS && !this.#busy) void this.#make(id, change);
  }

  async #make(group: string, change: GroupChange): Promise<void> {
    const { changes, runtime, logger } = this.#options;
    const what = describeChange(change);
    this.#busy = true;
    try {
      const { kind } = await changes.change(group, change, null, runtime.nowMs() + CHANGE_MS);
      logger(kind === 'done' ? 'info' : 'warn', 'members-followed', { group, change: what, outcome: kind });
    } catch (error) {
      // The group may have broken under it, which its own turn reports; the difference is looked at again.
      logger('warn', 'members-followed', { group, change: what, outcome: String(error) });
    } finally {
      this.#busy = false;
      this.#since.delete(group);
    }
  }
}
