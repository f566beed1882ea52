/**
 * What the commands remember between calls: per cluster the version token and the clock, so that a command never shows
 * less than the one before it has shown or done, and which cluster was last met at which address.
 */
import { closeSync, mkdirSync, openSync, rmSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { readFileIfAny, replaceFile } from '../../lib/client/node/atomic-file.ts';
import { Session } from '../../lib/client/session.ts';
import { formatToken, isHistory, parseToken, TokenError } from '../../lib/contract/token.ts';
import type { SessionState } from '../../lib/client/session.ts';
import { CommandError } from './exit.ts';

interface StateDocument {
  readonly format: 1;
  /** Cluster id to what was seen of it. */
  readonly clusters: Readonly<Record<string, SessionState>>;
  /** Base URL to the cluster that answered there last. */
  readonly endpoints: Readonly<Record<string, string>>;
}

const empty: StateDocument = { format: 1, clusters: {}, endpoints: {} };
const lockWaitMsMax = 2000;
const lockAgeMsMax = 10_000;

export function stateFilePath(env: Readonly<Record<string, string | undefined>>): string {
  const base = env['XDG_STATE_HOME'] || join(env['HOME'] || homedir(), '.local', 'state');
  return join(base, 'confman', 'tokens.json');
}

/** The cluster that a history belongs to. */
function clusterOf(history: string): string {
  return history.slice(0, history.indexOf('.'));
}

export class StateFile {
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
  }

  get path(): string {
    return this.#path;
  }

  /** What is remembered of the clusters last met at these addresses. */
  load(endpoints: readonly string[]): Session {
    const state = this.#read();
    const session = new Session();
    for (const cluster of new Set(endpoints.map((endpoint) => state.endpoints[endpoint]))) {
      const known = cluster === undefined ? undefined : state.clusters[cluster];
      if (known !== undefined) session.import(readSession(known).export());
    }
    return session;
  }

  /**
   * Merges what a command has seen into the file. Commands that run at the same time take turns, so none takes back what another has added.
   *
   * @param met addresses and the history that answered there
   * @param lost histories of which the cluster has said that it lost them
   */
  async save(seen: SessionState, met: ReadonlyMap<string, string>, lost: ReadonlySet<string>): Promise<void> {
    await this.#locked(() => {
      const state = this.#read();
      const clusters = new Map(Object.entries(state.clusters));
      for (const [cluster, session] of split(seen)) {
        const known = readSession(clusters.get(cluster));
        for (const history of lost) known.drop(history);
        // What contradicts the file waits for the cluster's own word, as in any session.
        known.observe(session.token);
        known.observeClock(session.clock);
        clusters.set(cluster, known.export());
      }
      const endpoints = { ...state.endpoints };
      for (const [endpoint, history] of met) endpoints[endpoint] = clusterOf(history);
      this.#write({ format: 1, clusters: Object.fromEntries(clusters), endpoints });
    });
  }

  /** Forgets what is remembered of the clusters at these addresses. */
  async clear(endpoints: readonly string[]): Promise<void> {
    await this.#locked(() => {
      const state = this.#read();
      const gone = new Set(endpoints.map((endpoint) => state.endpoints[endpoint]));
      this.#write({ ...state, clusters: Object.fromEntries(Object.entries(state.clusters).filter(([cluster]) => !gone.has(cluster))) });
    });
  }

  #read(): StateDocument {
    const text = readFileIfAny(this.#path);
    if (text === null) return empty;
    try {
      const content: unknown = JSON.parse(text);
      // A later format may say what this version would have to keep to, and to write over it would lose that.
      const format = formatOf(content);
      if (format > 1) {
        throw new CommandError(
          `${this.#path} has format ${format}, this version of confman knows 1: use the newer version, or remove the file to begin anew`,
        );
      }
      return isStateDocument(content) ? content : empty;
    } catch (error) {
      if (error instanceof CommandError) throw error;
      return empty;
    }
  }

  #write(state: StateDocument): void {
    replaceFile(this.#path, `${JSON.stringify(state, null, 2)}\n`);
  }

  async #locked(work: () => void): Promise<void> {
    const lock = `${this.#path}.lock`;
    mkdirSync(dirname(lock), { recursive: true, mode: 0o700 });
    const giveUpAt = performance.now() + lockWaitMsMax;
    for (;;) {
      try {
        closeSync(openSync(lock, 'wx', 0o600));
        break;
      } catch (error) {
        if (!isTaken(error)) throw error;
        // Whoever was killed while holding it will not come back for it.
        if (ageMs(lock) > lockAgeMsMax) rmSync(lock, { force: true });
        else if (performance.now() > giveUpAt) throw new Error(`${lock} is held by another command`, { cause: error });
        else await new Promise((resolve) => setTimeout(resolve, 5 + Math.random() * 20));
      }
    }
    try {
      work();
    } finally {
      rmSync(lock, { force: true });
    }
  }
}

/** The parts of a session by cluster. Bare elements name no cluster, so nothing is remembered of them. */
function split(seen: SessionState): ReadonlyMap<string, SessionState> {
  const parts = new Map<string, SessionState>();
  const token = parseToken(seen.token);
  for (const history of new Set(token.map((element) => element.history))) {
    if (history === null) continue;
    const cluster = clusterOf(history);
    const elements = token.filter((element) => element.history !== null && clusterOf(element.history) === cluster);
    parts.set(cluster, { token: formatToken(elements), clock: seen.clock });
  }
  return parts;
}

/** 0 for what was never one of ours. */
function formatOf(content: unknown): number {
  const format = typeof content === 'object' && content !== null && 'format' in content ? content.format : 0;
  return typeof format === 'number' ? format : 0;
}

function isStateDocument(content: unknown): content is StateDocument {
  return (
    typeof content === 'object' &&
    content !== null &&
    'format' in content &&
    content.format === 1 &&
    'clusters' in content &&
    'endpoints' in content
  );
}

/** What cannot be read is forgotten, as if it had never been seen. */
function readSession(state: SessionState | undefined): Session {
  try {
    return new Session(state ?? null);
  } catch (error) {
    if (!(error instanceof TokenError)) throw error;
    return new Session();
  }
}

function isTaken(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EEXIST';
}

function ageMs(path: string): number {
  try {
    return Date.now() - statSync(path).mtimeMs;
  } catch {
    // Released meanwhile.
    return 0;
  }
}

/** The history of the first element of an answer's token; null for a bare one. */
export function historyOfToken(token: string): string | null {
  const slash = token.indexOf('/');
  const history = token.slice(0, Math.max(0, slash));
  return isHistory(history) ? history : null;
}
