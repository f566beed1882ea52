/** The part of `fetch` that the client needs: the browser's own fits, and so do the adapters in `node/`. */
export interface FetchInit {
  readonly method: string;
  readonly headers: Record<string, string>;
  readonly body?: string;
  readonly signal: AbortSignal;
  /** Redirects are followed by the client, which alone knows that the key may go along. */
  readonly redirect: 'manual';
  readonly credentials: 'same-origin';
  readonly cache: 'no-store';
}

export interface FetchAnswer {
  readonly status: number;
  /** `opaqueredirect` when a browser hides where a redirect leads. */
  readonly type?: string;
  readonly headers: { get(name: string): string | null };
  readonly body: { getReader(): ByteReader } | null;
  text(): Promise<string>;
}

export interface ByteReader {
  read(): Promise<{ readonly done: boolean; readonly value?: Uint8Array | undefined }>;
  cancel(reason?: unknown): Promise<void>;
}

export type Fetch = (url: string, init: FetchInit) => Promise<FetchAnswer>;
