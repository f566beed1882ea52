import type { Readable } from 'node:stream';

/** What a page or route handler asks of the API: one request, as it would stand on the wire. */
export interface InjectRequest {
  readonly method: string;
  /** Raw path and query, percent-encoding untouched. */
  readonly url: string;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  /** Address of who asks; that of this machine unless told. */
  readonly remoteAddress?: string | undefined;
  readonly payload?: Readable | Buffer | string | undefined;
  /** The promise then resolves with the headers, and `stream()` gives the body as it comes. */
  readonly payloadAsStream?: boolean | undefined;
}

export interface InjectResponse {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string | number | readonly string[] | undefined>>;
  /** The body; also right for answers that are not streamed. */
  stream(): Readable;
}

/**
 * The running node as the web thread sees it. The process puts it on `globalThis`, because a module that Next bundles and
 * the same module loaded by the server are two instances: a global symbol is the one thing that both share.
 */
export interface NodeHandle {
  readonly nodeId: string;
  /** Null until the cluster is formed or joined. */
  readonly clusterId: () => string | null;
  /** The REST API, called without a socket. */
  readonly api: { inject(request: InjectRequest): Promise<InjectResponse> };
  /** Header in which the process's own public port names the address of a caller; null: nothing vouches for such a header. */
  readonly remoteHeader: string | null;
  readonly settings: { readonly lab: boolean; readonly clusterName: string };
}

const handleKey = Symbol.for('confman.node');

function found(): NodeHandle | undefined {
  return (globalThis as { [handleKey]?: NodeHandle | undefined })[handleKey];
}

/** Whether a node runs in this process. */
export function hasNodeHandle(): boolean {
  return found() !== undefined;
}

/** No node runs in this process: the console was started without one. */
export class NodeHandleMissingError extends Error {
  override readonly name = 'NodeHandleMissingError';
  constructor() {
    super(
      'no Confman node runs in this process: start it with `confman node` or `confman up`, or set CONFMAN_DATA for an embedded one-node cluster',
    );
  }
}

/**
 * The node that this process runs.
 *
 * @throws NodeHandleMissingError when there is none
 */
export function nodeHandle(): NodeHandle {
  const handle = found();
  if (handle === undefined) throw new NodeHandleMissingError();
  return handle;
}
