/**
 * Forming a cluster (spec 3, section 1): all nodes of `--initial-cluster`, all empty, with equal lists.
 *
 * 1. Every empty node asks all others of the list, again and again, how far they are.
 * 2. The lowest name, once all are there and none is formed, draws the ids and makes the first configuration durable as a
 *    *draft*; then everybody else does (`form-draft`).
 * 3. When all have the draft, it is formed, and says so to everybody (`form-done`). A node with a draft that meets a formed
 *    node of the same cluster is formed too: that node would not be, had not all had the draft.
 *
 * A node without a draft that learns of a formed cluster never forms one: it is `wiped-node` when that cluster knows its
 * name, and has to be replaced. So a lost disk can never bring an empty second cluster to life beside the data.
 */
import { createHash } from 'node:crypto';
import type { PeerTransport } from '../peers/types.ts';
import type { MemberInfo } from '../state/member-info.ts';
import { peerId } from './conf-context.ts';
import { packEnvelope, unpackEnvelope } from './envelope.ts';
import type { IdentityStore, NodeIdentity } from './identity.ts';
import type { Logger } from './runtime.ts';

export const METHOD_FORM_STATE = 'form-state';
export const METHOD_FORM_DRAFT = 'form-draft';
export const METHOD_FORM_DONE = 'form-done';

export interface InitialMember {
  readonly name: string;
  /** `host:port` of the peer port. */
  readonly peer: string;
}

/** Equal lists, in whatever order they are written, have equal hashes. */
export function initialClusterHash(members: readonly InitialMember[]): string {
  const text = members
    .map(({ name, peer }) => `${name}=${peer}`)
    .toSorted()
    .join(',');
  return createHash('sha256').update(text).digest('hex');
}

/** What a node says of itself while it is not formed. */
export interface FormState {
  readonly stage: NodeIdentity['stage'];
  readonly listHash: string | null;
  readonly clusterId: string | null;
  readonly member: { readonly name: string; readonly peer: string; readonly url: string };
}

export interface Draft {
  readonly clusterId: string;
  readonly clusterName: string;
  readonly lineageId: string;
  readonly members: readonly MemberInfo[];
}

export type FormationOutcome =
  | { readonly kind: 'formed'; readonly identity: NodeIdentity }
  | { readonly kind: 'wiped-node' | 'foreign'; readonly detail: string }
  | { readonly kind: 'stopped' };

export interface FormationOptions {
  readonly self: FormState['member'];
  readonly clusterName: string;
  readonly list: readonly InitialMember[];
  readonly store: IdentityStore;
  readonly transport: PeerTransport;
  readonly logger: Logger;
  /** 8 lower-case hexadecimal digits, drawn at random. */
  readonly drawId: () => string;
  /** Resolves after so many milliseconds, or when the node stops. */
  readonly pause: (ms: number) => Promise<void>;
  readonly signal: AbortSignal;
}

const ROUND_MS = 150;
const ASK_MS = 1000;

export class Formation {
  readonly #options: FormationOptions;
  readonly #listHash: string;
  #identity: NodeIdentity;
  #said = '';

  constructor(options: FormationOptions) {
    this.#options = options;
    this.#listHash = initialClusterHash(options.list);
    this.#identity = options.store.load();
  }

  /** Runs until the node is formed, is refused for good, or stops. */
  async run(): Promise<FormationOutcome> {
    while (!this.#options.signal.aborted) {
      if (this.#identity.stage === 'formed') return { kind: 'formed', identity: this.#identity };
      const refused = this.#refusal();
      if (refused !== null) return refused;
      await this.#round();
      if (this.#stage() === 'formed') continue;
      await this.#options.pause(ROUND_MS);
    }
    return { kind: 'stopped' };
  }

  #stage(): NodeIdentity['stage'] {
    return this.#identity.stage;
  }

  /** Answers the formation requests of other nodes; null for any other method. */
  handle(method: string, body: Uint8Array): Uint8Array | null {
    switch (method) {
      case METHOD_FORM_STATE:
        return packEnvelope(this.#formState());
      case METHOD_FORM_DRAFT:
        return packEnvelope({ accepted: this.#acceptDraft(unpackEnvelope(body).header as Draft) });
      case METHOD_FORM_DONE:
        this.#finish((unpackEnvelope(body).header as { clusterId: string }).clusterId);
        return packEnvelope({});
      default:
        return null;
    }
  }

  /** A formed node of `clusterId` was met. */
  metFormed(clusterId: string): void {
    this.#finish(clusterId);
  }

  #formState(): FormState {
    return { stage: this.#identity.stage, listHash: this.#listHash, clusterId: this.#identity.clusterId, member: this.#options.self };
  }

  /** What the handshakes have told: a cluster exists that this disk is no part of. */
  #refusal(): FormationOutcome | null {
    for (const { name } of this.#others()) {
      const state = this.#options.transport.state(name);
      const hello = state?.hello ?? null;
      if (hello?.formed === true && hello.clusterId !== null && hello.clusterId === this.#identity.clusterId) this.#finish(hello.clusterId);
      if (this.#identity.stage === 'formed') return null;
      if (state?.refused?.reason === 'wiped-node') {
        return {
          kind: 'wiped-node',
          detail: `${name} belongs to a cluster that knows ${this.#options.self.name} with another disk. This data directory is empty: it must not vote under the old identity. Start it with its old disk. Where that is lost, see docs/operations.md, "A wiped node".`,
        };
      }
      if (hello?.formed === true && (this.#identity.clusterId === null || hello.clusterId !== this.#identity.clusterId)) {
        return {
          kind: 'foreign',
          detail: `${name} belongs already to cluster ${hello.clusterId ?? '?'}; this node never forms another one. Join it, or check --initial-cluster.`,
        };
      }
    }
    return null;
  }

  #others(): readonly InitialMember[] {
    return this.#options.list.filter(({ name }) => name !== this.#options.self.name);
  }

  async #round(): Promise<void> {
    const answers = await Promise.all(this.#others().map(async ({ name }) => ({ name, state: await this.#ask(name) })));
    for (const { state } of answers) if (state?.stage === 'formed' && state.clusterId !== null) this.#finish(state.clusterId);
    if (this.#identity.stage === 'formed' || !this.#leads()) return;
    const missing = answers.filter(({ state }) => state === null).map(({ name }) => name);
    const unequal = answers.filter(({ state }) => state !== null && state.listHash !== this.#listHash).map(({ name }) => name);
    if (missing.length > 0) return this.#say('forming-waits', { for: missing.join(',') });
    if (unequal.length > 0) return this.#say('forming-refused', { reason: `--initial-cluster differs at ${unequal.join(',')}` });
    if (this.#identity.stage === 'empty') {
      const drafted = answers.filter(({ state }) => state?.stage !== 'empty').map(({ name }) => name);
      if (drafted.length > 0)
        return this.#say('forming-refused', {
          reason: `${drafted.join(',')} hold a draft that this node has lost; empty their data directories to form anew`,
        });
      this.#draw(answers.flatMap(({ state }) => state?.member ?? []));
    }
    await this.#spread();
  }

  /** Says a thing once, until it changes. */
  #say(event: string, fields: Readonly<Record<string, unknown>>): void {
    const text = JSON.stringify([event, fields]);
    if (text === this.#said) return;
    this.#said = text;
    this.#options.logger('info', event, fields);
  }

  #leads(): boolean {
    return this.#others().every(({ name }) => this.#options.self.name < name);
  }

  #draw(others: readonly FormState['member'][]): void {
    const { drawId, self, clusterName } = this.#options;
    const members = [self, ...others].map(({ name, peer, url }): MemberInfo => {
      const incarnation = drawId() + drawId();
      return { id: peerId(name, incarnation), name, incarnation, peer, url };
    });
    this.#acceptDraft({
      clusterId: drawId(),
      clusterName,
      lineageId: drawId(),
      members: members.toSorted((a, b) => (a.id < b.id ? -1 : 1)),
    });
  }

  async #spread(): Promise<void> {
    const { clusterId, clusterName, lineageId, members } = this.#identity;
    const draft: Draft = { clusterId: clusterId ?? '', clusterName, lineageId: lineageId ?? '', members };
    const accepted = await Promise.all(
      this.#others().map(async ({ name }) => {
        const answer = await this.#request(name, METHOD_FORM_DRAFT, packEnvelope(draft));
        return answer !== null && (unpackEnvelope(answer).header as { accepted: boolean }).accepted;
      }),
    );
    if (!accepted.every(Boolean)) return;
    this.#finish(draft.clusterId);
    for (const { name } of this.#others()) void this.#request(name, METHOD_FORM_DONE, packEnvelope({ clusterId: draft.clusterId }));
  }

  /** Makes the draft durable, unless this disk belongs to something else already. */
  #acceptDraft(draft: Draft): boolean {
    const mine = draft.members.find(({ name }) => name === this.#options.self.name);
    if (mine === undefined) return false;
    if (this.#identity.stage !== 'empty')
      return this.#identity.clusterId === draft.clusterId && this.#identity.incarnation === mine.incarnation;
    this.#save({
      nodeId: mine.name,
      stage: 'draft',
      clusterId: draft.clusterId,
      clusterName: draft.clusterName,
      lineageId: draft.lineageId,
      incarnation: mine.incarnation,
      began: false,
      members: draft.members,
    });
    return true;
  }

  #finish(clusterId: string): void {
    if (this.#identity.stage !== 'draft' || this.#identity.clusterId !== clusterId) return;
    this.#save({ ...this.#identity, stage: 'formed' });
  }

  #save(identity: NodeIdentity): void {
    this.#options.store.save(identity);
    this.#identity = identity;
  }

  async #ask(name: string): Promise<FormState | null> {
    const answer = await this.#request(name, METHOD_FORM_STATE, packEnvelope({}));
    return answer === null ? null : (unpackEnvelope(answer).header as FormState);
  }

  async #request(name: string, method: string, body: Uint8Array): Promise<Uint8Array | null> {
    try {
      return await this.#options.transport.request(name, method, body, { timeoutMs: ASK_MS, signal: this.#options.signal });
    } catch {
      return null;
    }
  }
}
