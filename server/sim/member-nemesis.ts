/**
 * Takes disks away from nodes, or their membership, and has them come back as new members, as an administrator would: asks a
 * node that lives, and asks again until it has happened. What was begun is brought to an end also when peace was made.
 */
import type { MemberInfo } from '../state/member-info.ts';
import type { MemberChange } from '../engine/types.ts';
import { GROUP_DEFAULT } from '../replica/identity.ts';
import type { NemesisContext } from './nemesis.ts';
import type { SimNode } from './sim-node.ts';

const AUTHOR = { actor: { keyId: 'admin', name: 'admin' }, requestId: 'sim' };
const ASK_MS = 2_000;

export class MemberNemesis {
  readonly #context: NemesisContext;
  /** Invariant: at most one member is on its way out at a time; a majority of disks is never lost. */
  #going: { readonly node: SimNode; readonly id: string; readonly kind: 'replace' | 'rejoin' } | null = null;
  #losses = 0;

  constructor(context: NemesisContext) {
    this.#context = context;
  }

  get mended(): boolean {
    return this.#going === null;
  }

  get losses(): number {
    return this.#losses;
  }

  /** The disk is gone: the node gets an empty one, and its place by one change. */
  replace(node: SimNode): void {
    if (!this.#begin(node, 'replace')) return;
    node.crash('keep-all');
    this.#bringBack(node);
  }

  /** The member is removed, ends by itself when it hears of it, and comes back with an empty disk. */
  rejoin(node: SimNode): void {
    this.#begin(node, 'rejoin');
  }

  /** Its data is of no more use: as after a change that was asked for twice and made twice. */
  removed(node: SimNode): void {
    this.#context.scheduler.after(0, null, () => {
      node.crash('keep-all');
      this.#bringBack(node);
    });
  }

  #bringBack(node: SimNode): void {
    const { scheduler, random } = this.#context;
    this.#losses += 1;
    node.wipe();
    scheduler.after(random.between(1, 400), null, () => node.boot());
  }

  #begin(node: SimNode, kind: 'replace' | 'rejoin'): boolean {
    if (this.#going !== null || !this.#allVote()) return false;
    this.#going = { node, id: node.id, kind };
    this.#later();
    return true;
  }

  /** As a leader sees it that is up. */
  #allVote(): boolean {
    const { nodes } = this.#context;
    const conf = nodes
      .find((node) => node.leads && !node.paused)
      ?.node?.host?.replica(GROUP_DEFAULT)
      ?.status().confState;
    return conf !== undefined && conf.votersOutgoing.length === 0 && nodes.every(({ id }) => conf.voters.includes(id));
  }

  #later(): void {
    const { scheduler, random } = this.#context;
    scheduler.after(random.between(100, 800), null, () => this.#goOn());
  }

  #goOn(): void {
    const going = this.#going;
    if (going === null) return;
    const member = this.#member(going.node.name);
    if (member !== undefined && member.id !== going.id) {
      if (member.id === going.node.id && going.node.serving && this.#allVote()) this.#going = null;
    } else this.#ask(going.node, member === undefined ? this.#add(going.node, null) : this.#first(going));
    this.#later();
  }

  #first({ node, kind }: { readonly node: SimNode; readonly kind: 'replace' | 'rejoin' }): MemberChange {
    return kind === 'replace' ? this.#add(node, node.name) : { type: 'remove', name: node.name };
  }

  #add({ name }: SimNode, replaces: string | null): MemberChange {
    return { type: 'add', name, peer: `${name}:1`, url: `http://${name}`, replaces };
  }

  /** By the replica that has applied the most. */
  #member(name: string): MemberInfo | undefined {
    const [first] = this.#context.nodes
      .flatMap((node) => node.machine(GROUP_DEFAULT) ?? [])
      .toSorted((a, b) => b.applied().index - a.applied().index);
    return (first?.members() ?? []).find((member) => member.name === name);
  }

  #ask(about: SimNode, change: MemberChange): void {
    const { nodes, random, trace } = this.#context;
    const asked = random.pick(nodes.filter((node) => node !== about));
    trace(() => `${asked.name} is asked for ${JSON.stringify(change)}`);
    asked.run(() => {
      void asked.node?.changeMembers(change, AUTHOR, ASK_MS).then(
        (outcome) => trace(() => `${asked.name} answers ${JSON.stringify(outcome)}`),
        () => undefined,
      );
    });
  }
}
