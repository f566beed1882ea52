/** What other nodes may ask of this one. */
import { PeerReplyError, type RemotePeer } from '../peers/types.ts';
import { type Comparisons, METHOD_COMPARE } from './comparisons.ts';
import { packEnvelope, unpackEnvelope } from './envelope.ts';
import { type FormState, METHOD_FORM_STATE } from './formation.ts';
import { decodeForwarded, METHOD_PROPOSE } from './forwarding.ts';
import { METHOD_JOIN } from './joining.ts';
import { type Members, METHOD_CHANGE_MEMBERS } from './members.ts';
import type { NodeServices } from './node-services.ts';
import { METHOD_RELAY, type RelayServer, serveRelay } from './relay.ts';
import type { Runtime } from './runtime.ts';
import type { NodeReport } from './status.ts';
import { METHOD_STATUS } from './status-collector.ts';
import { METHOD_TRANSFER } from './transfer.ts';

export interface PeerRequestContext {
  readonly node: Pick<NodeServices, 'propose' | 'transfer'>;
  readonly formState: FormState;
  readonly report: () => NodeReport | null;
  /** Null: this node compares nothing. */
  readonly comparisons: Pick<Comparisons, 'answer'> | null;
  readonly runtime: Runtime;
  readonly relayServer: RelayServer;
  /** Null while this node does not serve. */
  readonly members: Members | null;
}

function membersOf({ members }: PeerRequestContext): Members {
  if (members === null) throw new PeerReplyError('not-ready', 'this node does not serve yet');
  return members;
}

/** @throws PeerReplyError for a method that this node does not know, or does not answer to somebody who has still to join */
export async function answerPeer(
  context: PeerRequestContext,
  { name: from, hello: { formed, claim } }: RemotePeer,
  method: string,
  body: Uint8Array,
  timeoutMs: number,
): Promise<Uint8Array> {
  if (!formed && claim !== undefined && method !== METHOD_JOIN && method !== METHOD_FORM_STATE)
    throw new PeerReplyError('not-a-member', `${from} asks for ${method}, but has not joined yet`);
  switch (method) {
    case METHOD_FORM_STATE:
      return packEnvelope(context.formState);
    case METHOD_PROPOSE:
      return proposeForwarded(context, body, timeoutMs);
    case METHOD_STATUS:
      return packEnvelope(context.report());
    case METHOD_RELAY:
      return serveRelay(context.relayServer, body);
    case METHOD_COMPARE:
      if (context.comparisons === null) throw new PeerReplyError('not-ready', 'this node compares no states now');
      return packEnvelope(await context.comparisons.answer(unpackEnvelope(body).header as Parameters<Comparisons['answer']>[0]));
    case METHOD_TRANSFER: {
      const { group, node } = unpackEnvelope(body).header as { readonly group: string; readonly node: string };
      return packEnvelope(await context.node.transfer(group, node, timeoutMs));
    }
    case METHOD_CHANGE_MEMBERS:
      return packEnvelope(await membersOf(context).handedOn(body, timeoutMs));
    case METHOD_JOIN:
      return packEnvelope(await membersOf(context).join(body, formed));
    default:
      throw new PeerReplyError('unknown-method', `${from} asks for ${method}, which this node does not know`);
  }
}

function proposeForwarded({ node, runtime }: PeerRequestContext, body: Uint8Array, timeoutMs: number): Promise<Uint8Array> {
  const { group, frees, command } = decodeForwarded(body);
  const deadlineMs = runtime.nowMs() + timeoutMs;
  return new Promise((resolve) => {
    node.propose(group, {
      bytes: command,
      deadlineMs,
      forward: 'never',
      frees,
      forwarded: true,
      settle: (outcome) => resolve(packEnvelope(outcome)),
    });
  });
}
