import type { Sample } from '../../components/cluster/history.ts';
import { sampleOf, withSample } from '../../components/cluster/history.ts';
import type { ConsoleEvent } from '../../lib/client/console-events.ts';
import type { ConfmanClient } from '../../lib/client/create-client.ts';
import type { ClusterStatus } from '../../lib/contract/cluster.ts';

/** A stream that was refused is asked for again after this. */
const REFUSED_MS = 5_000;

/** What the tabs tell each other: events of the one stream, and that a new tab would like to know where things stand. */
export type LiveMessage =
  | { readonly type: 'hello' }
  | { readonly type: 'connection'; readonly connection: LiveState['connection'] }
  | { readonly type: 'event'; readonly event: string; readonly data: unknown };

export interface LiveState {
  readonly connection: 'connecting' | 'live' | 'lost';
  readonly status: ClusterStatus | null;
  /** When the status came; null when none has. */
  readonly statusAtMs: number | null;
  /** Lag over the last while. */
  readonly samples: readonly Sample[];
}

export interface LiveHooks {
  /** Changes may have been missed: the connection was lost and stands again, or there were too many. */
  readonly onGap: () => void;
  readonly onEvent: (event: string, data: unknown) => void;
}

/**
 * The event stream of this browser. One tab holds the connection (browsers allow six per host) and hands what comes to the
 * others; when it goes away, the next takes over. Where tabs cannot agree, each has its own.
 */
export class LiveStream {
  #state: LiveState;
  readonly #listeners = new Set<() => void>();
  readonly #hearers = new Set<LiveHooks['onEvent']>();
  readonly #client: ConfmanClient;
  readonly #name: string;
  readonly #hooks: LiveHooks;
  #channel: BroadcastChannel | null = null;
  #holdsStream = false;

  constructor(client: ConfmanClient, name: string, first: ClusterStatus | null, nowMs: number, hooks: LiveHooks) {
    this.#client = client;
    this.#name = name;
    this.#hooks = hooks;
    this.#state = {
      connection: 'connecting',
      status: first,
      statusAtMs: first === null ? null : nowMs,
      samples: first === null ? [] : [sampleOf(first, nowMs)],
    };
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Hands on every event until the returned function is called. */
  listen(hearer: LiveHooks['onEvent']): () => void {
    this.#hearers.add(hearer);
    return () => void this.#hearers.delete(hearer);
  }

  readonly state = (): LiveState => this.#state;

  /** Runs until the signal ends it. */
  async run(signal: AbortSignal): Promise<void> {
    if (typeof BroadcastChannel === 'undefined' || !('locks' in navigator)) {
      await this.#hold(signal);
      return;
    }
    const channel = new BroadcastChannel(this.#name);
    this.#channel = channel;
    channel.addEventListener('message', ({ data }: MessageEvent<LiveMessage>) => this.#hear(data));
    channel.postMessage({ type: 'hello' } satisfies LiveMessage);
    signal.addEventListener('abort', () => channel.close(), { once: true });
    try {
      await navigator.locks.request(this.#name, { signal }, () => this.#hold(signal));
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }

  async #hold(signal: AbortSignal): Promise<void> {
    this.#holdsStream = true;
    while (!signal.aborted) {
      try {
        for await (const event of this.#client.events({ topics: ['cluster', 'changes', 'audit', 'moves'], signal })) this.#take(event);
      } catch {
        if (signal.aborted) break;
        // Refused: the session has ended, say. Somebody may sign in again without leaving the page.
        this.#tell({ type: 'connection', connection: 'lost' });
        await rest(REFUSED_MS, signal);
      }
    }
    this.#holdsStream = false;
  }

  #take(event: ConsoleEvent): void {
    switch (event.type) {
      case 'connected':
        this.#tell({ type: 'connection', connection: 'live' });
        return;
      case 'disconnected':
        this.#tell({ type: 'connection', connection: 'lost' });
        return;
      case 'event':
        this.#tell({ type: 'event', event: event.event, data: event.data });
    }
  }

  /** Acts on a message itself, and hands it to the other tabs. */
  #tell(message: LiveMessage): void {
    this.#channel?.postMessage(message);
    this.#hear(message);
  }

  #hear(message: LiveMessage): void {
    switch (message.type) {
      case 'hello':
        if (!this.#holdsStream) return;
        this.#channel?.postMessage({ type: 'connection', connection: this.#state.connection } satisfies LiveMessage);
        if (this.#state.status !== null)
          this.#channel?.postMessage({ type: 'event', event: 'cluster', data: this.#state.status } satisfies LiveMessage);
        return;
      case 'connection': {
        const recovered = this.#state.connection === 'lost' && message.connection === 'live';
        this.#set({ ...this.#state, connection: message.connection });
        if (recovered) this.#hooks.onGap();
        return;
      }
      case 'event':
        if (message.event === 'cluster') this.#takeStatus(message.data as ClusterStatus);
        // More happened than the node remembers for a stream.
        if (message.event === 'compacted') this.#hooks.onGap();
        this.#hooks.onEvent(message.event, message.data);
        for (const hearer of this.#hearers) hearer(message.event, message.data);
    }
  }

  #takeStatus(status: ClusterStatus): void {
    const nowMs = Date.now();
    this.#set({ ...this.#state, status, statusAtMs: nowMs, samples: withSample(this.#state.samples, sampleOf(status, nowMs)) });
  }

  #set(state: LiveState): void {
    this.#state = state;
    for (const listener of this.#listeners) listener();
  }
}

/** Resolves after a while, or when the signal aborts. */
function rest(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => (clearTimeout(timer), resolve()), { once: true });
  });
}
