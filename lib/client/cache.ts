/** Keeps the last answers, so that services start while the cluster is down. */
export interface KeptAnswer {
  /** Path and query. */
  readonly path: string;
  /** The body, as it came. */
  readonly body: string;
  readonly version: string | null;
  readonly token: string | null;
  readonly etag: string | null;
  /** When the cluster gave it, milliseconds since 1970. */
  readonly atMs: number;
}

export interface AnswerCache {
  load(path: string): Promise<KeptAnswer | null>;
  /** Keeps an answer in place of an older one. Never rejects: a full disk must not fail a read that succeeded. */
  store(answer: KeptAnswer): Promise<void>;
  /** Forgets answers whose path starts so: they may no longer hold after a write. Never rejects. */
  drop(pathPrefix: string): Promise<void>;
}
