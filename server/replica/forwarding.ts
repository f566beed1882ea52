/** Proposals on their way from a follower to the leader, and their outcomes on the way back. */
import type { ProposeOutcome } from '../engine/types.ts';
import { PeerError, type PeerTransport } from '../peers/types.ts';
import { nameOfPeer } from './conf-context.ts';
import { packEnvelope, unpackEnvelope } from './envelope.ts';
import type { Proposal } from './proposal-queue.ts';
import type { Runtime } from './runtime.ts';

export const METHOD_PROPOSE = 'propose';

/** What the leader's node answers: an outcome, or that it does not lead (then it certainly did not propose). */
export type ForwardAnswer = ProposeOutcome;

interface ProposeHeader {
  readonly group: string;
  readonly frees: boolean;
}

/** The leader a forwarded proposal was meant for may have changed: look again after so long. */
const RETRY_MS = 25;

export class Forwarder {
  readonly #transport: PeerTransport;
  readonly #runtime: Runtime;
  readonly #requeue: (group: string, proposal: Proposal) => void;
  readonly #urlOf: (peer: string) => { readonly node: string; readonly url: string };

  constructor(
    transport: PeerTransport,
    runtime: Runtime,
    requeue: (group: string, proposal: Proposal) => void,
    urlOf: (peer: string) => { readonly node: string; readonly url: string },
  ) {
    this.#transport = transport;
    this.#runtime = runtime;
    this.#requeue = requeue;
    this.#urlOf = urlOf;
  }

  /** Sends proposals to the leader's node, each as a request of its own: they end independently. */
  forward(group: string, leader: string, proposals: readonly Proposal[]): void {
    for (const proposal of proposals) {
      if (proposal.forward === 'never') proposal.settle({ kind: 'not-leader', leader: this.#urlOf(leader) });
      else void this.#send(group, leader, proposal);
    }
  }

  async #send(group: string, leader: string, proposal: Proposal): Promise<void> {
    const timeoutMs = proposal.deadlineMs - this.#runtime.nowMs();
    if (timeoutMs <= 0) {
      proposal.settle({ kind: 'no-leader', waitedMs: 0 });
      return;
    }
    const header: ProposeHeader = { group, frees: proposal.frees };
    try {
      const answer = await this.#transport.request(nameOfPeer(leader), METHOD_PROPOSE, packEnvelope(header, proposal.bytes), { timeoutMs });
      const outcome = unpackEnvelope(answer).header as ForwardAnswer;
      if (outcome.kind === 'not-leader' || outcome.kind === 'no-leader') this.#later(group, proposal);
      else proposal.settle(outcome);
    } catch (error) {
      if (error instanceof PeerError && error.kind === 'unreachable') this.#later(group, proposal);
      else if (error instanceof PeerError && error.code === 'timeout') proposal.settle({ kind: 'unknown', reason: 'deadline' });
      else proposal.settle({ kind: 'unknown', reason: 'connection-lost' });
    }
  }

  /** It certainly was not proposed: it waits for the leader again until its time is over. */
  #later(group: string, proposal: Proposal): void {
    this.#runtime.after(RETRY_MS, () => this.#requeue(group, proposal));
  }
}

/** The leader's side: one forwarded proposal, to the queue of its group. */
export function decodeForwarded(body: Uint8Array): ProposeHeader & { readonly command: Uint8Array } {
  const { header, tail } = unpackEnvelope(body);
  const { group, frees } = header as Partial<ProposeHeader>;
  if (typeof group !== 'string' || typeof frees !== 'boolean') throw new SyntaxError('a forwarded proposal names its group');
  return { group, frees, command: tail };
}
