/** Requests of the API that another node answers in this node's place. */
import type { RelayAnswer, RelayOutcome, RelayRequest } from '../engine/types.ts';
import { PeerError, PeerReplyError, type PeerTransport } from '../peers/types.ts';
import { packEnvelope, unpackEnvelope } from './envelope.ts';

export const METHOD_RELAY = 'relay';

/** Hands a request to the thread of this node that serves the API; null when none does. */
export type RelayServer = (request: RelayRequest) => Promise<RelayAnswer | null>;

export interface RelayContext {
  readonly self: string;
  readonly members: readonly { readonly name: string }[];
  readonly transport: PeerTransport;
  readonly server: RelayServer;
}

const EMPTY = new Uint8Array(0);

export async function relayTo(context: RelayContext, node: string, request: RelayRequest, timeoutMs: number): Promise<RelayOutcome> {
  if (node === context.self) {
    const answer = await context.server(request);
    return answer === null ? { kind: 'unreachable' } : { kind: 'answered', answer };
  }
  if (!context.members.some(({ name }) => name === node)) return { kind: 'unknown-node' };
  const { body, ...header } = request;
  try {
    const reply = await context.transport.request(node, METHOD_RELAY, packEnvelope({ ...header, hasBody: body !== null }, body ?? EMPTY), {
      timeoutMs,
    });
    const { header: answer, tail } = unpackEnvelope(reply);
    // The tail is a view of the frame; the answer outlives it.
    return { kind: 'answered', answer: { ...(answer as Omit<RelayAnswer, 'body'>), body: tail.slice() } };
  } catch (error) {
    return { kind: error instanceof PeerError && error.kind !== 'outcome-unknown' ? 'unreachable' : 'timeout' };
  }
}

/** Answers a relayed request of another node. @throws PeerReplyError when this node serves no API now */
export async function serveRelay(server: RelayServer, bytes: Uint8Array): Promise<Uint8Array> {
  const { header, tail } = unpackEnvelope(bytes);
  const { hasBody, ...request } = header as Omit<RelayRequest, 'body'> & { readonly hasBody: boolean };
  const answer = await server({ ...request, body: hasBody ? tail.slice() : null });
  if (answer === null) throw new PeerReplyError('not-ready', 'this node serves no API now');
  const { body, ...rest } = answer;
  return packEnvelope(rest, body);
}
