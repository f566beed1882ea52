/** The session of spec 1, section 5: what the caller has seen or written, so that no later read is older. */
import {
  dropHistory,
  formatBareToken,
  formatToken,
  keepHistory,
  mergeTokens,
  parseToken,
  TOKEN_ELEMENTS_MAX,
  TokenError,
} from '../contract/token.ts';
import type { Token } from '../contract/token.ts';

/** A session as plain data, to hand to another process or to keep. */
export interface SessionState {
  /** Version token with histories; `0:0` when nothing was seen yet. */
  readonly token: string;
  /** Greatest `X-Confman-Clock` seen: orders the next write after it, in whatever group. */
  readonly clock: string | null;
}

/** Where a session outlives its object. Called synchronously, on every rise. */
export interface SessionStorage {
  load(): SessionState | null;
  save(state: SessionState): void;
}

/** How a session took a token. */
export type Observation =
  | { readonly kind: 'kept' }
  /** It cannot come from the log that the session knows. It waits until the known one is refused. */
  | { readonly kind: 'conflict'; readonly message: string }
  /** Not a token at all; ignored. */
  | { readonly kind: 'malformed'; readonly message: string };

/** Never lowers what it holds, element by element; only `drop` takes anything out. */
export class Session {
  readonly #storage: SessionStorage | null;
  #token: Token;
  #text: string;
  /** Tokens that contradict a held one: they take its place when its history is dropped. */
  #rivals: Token = [];
  #clock: string | null;

  constructor(state: SessionState | null = null, storage: SessionStorage | null = null) {
    this.#storage = storage;
    this.#token = state === null ? [] : readToken(state.token);
    this.#text = formatToken(this.#token);
    this.#clock = state?.clock ?? null;
  }

  /** A session over a storage, going on from what it holds. What cannot be read there is forgotten. */
  static over(storage: SessionStorage): Session {
    let state: SessionState | null = null;
    try {
      state = storage.load();
      return new Session(state, storage);
    } catch (error) {
      if (!(error instanceof TokenError)) throw error;
      return new Session(null, storage);
    }
  }

  /** Everything held, merged; empty when nothing was seen yet. */
  get token(): Token {
    return this.#token;
  }

  get clock(): string | null {
    return this.#clock;
  }

  export(): SessionState {
    return { token: this.#text, clock: this.#clock };
  }

  /**
   * Takes over what another session has seen: its state, or its token alone.
   *
   * @throws TokenError when the token is malformed, or contradicts what this session holds
   */
  import(state: SessionState | string): void {
    const { token, clock } = typeof state === 'string' ? { token: state, clock: null } : state;
    this.#replace(this.#merged(readToken(token)));
    this.observeClock(clock);
  }

  /** A session that starts from this one, goes its own way, and is kept nowhere. */
  fork(): Session {
    return new Session(this.export());
  }

  /** Takes the token of an answer. */
  observe(text: string): Observation {
    let seen: Token;
    try {
      seen = readToken(text);
    } catch (error) {
      return { kind: 'malformed', message: messageOf(error) };
    }
    try {
      this.#replace(this.#merged(seen));
      return { kind: 'kept' };
    } catch (error) {
      if (!(error instanceof TokenError)) throw error;
      this.#rivals = seen;
      return { kind: 'conflict', message: error.message };
    }
  }

  /** Clock texts sort as text. */
  observeClock(clock: string | null): void {
    if (clock === null || (this.#clock !== null && clock <= this.#clock)) return;
    this.#clock = clock;
    this.#storage?.save(this.export());
  }

  /**
   * Takes out every element of a history that the cluster refused (null: the bare ones).
   *
   * @returns what was taken out, as short text for people; null when there was nothing: somebody else has dropped it already
   */
  drop(history: string | null): string | null {
    const dropped = keepHistory(this.#token, history);
    if (dropped.length === 0) return null;
    this.#replace([...dropHistory(this.#token, history), ...keepHistory(this.#rivals, history)]);
    this.#rivals = [];
    return formatBareToken(dropped);
  }

  #merged(seen: Token): Token {
    const all = [...this.#token, ...seen];
    const logs = new Set(all.map(({ history, group }) => `${history ?? ''}/${group}`));
    if (logs.size <= TOKEN_ELEMENTS_MAX) return mergeTokens(this.#token, seen);
    // More logs than a token can name: those of lineages that answer no longer go first.
    const current = new Set(seen.map(({ history }) => history));
    return mergeTokens(
      this.#token.filter(({ history }) => current.has(history)),
      seen,
    );
  }

  #replace(token: Token): void {
    const text = formatToken(token);
    if (text === this.#text) return;
    this.#token = token;
    this.#text = text;
    this.#storage?.save(this.export());
  }
}

/** A token without its "no constraint" elements. */
function readToken(text: string): Token {
  return parseToken(text).filter(({ index }) => index > 0n);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
