/**
 * The engine as the API sees it, one object per thread: reads from a read-only connection of this thread, looks at the
 * shared board, and asks the consensus thread for the rest.
 */
import type { MessagePort } from 'node:worker_threads';
import {
  type BackupOutcome,
  type Engine,
  type GroupView,
  type ProposedCommand,
  type ProposeOptions,
  type ProposeOutcome,
  type ReadIndexOutcome,
  type RelayAnswer,
  type RelayOutcome,
  type RelayRequest,
  ReplicaUnavailableError,
  type WaitOptions,
  type WaitOutcome,
} from '../engine/types.ts';
import { encodeCommand } from '../state/codec.ts';
import { StateCorruptionError } from '../state/errors.ts';
import type { Query, QueryName, ReadAnswer, StateIdentity, StateReader } from '../state/types.ts';
import { cacheKey } from './answer-cache.ts';
import { startBackup } from './backup-stream.ts';
import { Board, processNowMs } from './board.ts';
import type { ClientMessage, EngineClientInit, HostMessage, NodePlace, Operation, Operations } from './protocol.ts';
import { type OpenGroup, OpenGroups } from './open-groups.ts';
import { PortBatch } from './port-batch.ts';
import type { ScanClient } from './scan.ts';
import { within } from './within.ts';

interface Asked {
  resolve(value: never): void;
  reject(error: Error): void;
}

/** What a thread needs besides the port to be a client. */
export interface EngineClientOptions {
  readonly port: MessagePort;
  readonly init: EngineClientInit;
  readonly openReader: (path: string) => StateReader;
  readonly scans: ScanClient;
}

export class EngineClient implements Engine {
  readonly nodeId: string;
  readonly lab: Engine['lab'];
  readonly #init: EngineClientInit;
  readonly #board: Board;
  readonly #out: PortBatch<ClientMessage>;
  readonly #port: MessagePort;
  readonly #scans: ScanClient;
  readonly #groups: OpenGroups;
  readonly #groupListeners = new Set<() => void>();
  readonly #asked = new Map<number, Asked>();
  #nodes: readonly NodePlace[] = [];
  #nextId = 1;
  #stopped = false;
  #relayHandler: ((request: RelayRequest) => Promise<RelayAnswer>) | null = null;

  constructor(options: EngineClientOptions) {
    this.#init = options.init;
    this.nodeId = options.init.nodeId;
    this.#board = new Board(options.init.board);
    this.#port = options.port;
    this.#out = new PortBatch(options.port);
    const { client, waitersMax } = options.init;
    this.#groups = new OpenGroups({ board: this.#board, client, waitersMax, openReader: options.openReader });
    this.#scans = options.scans;
    this.lab = options.init.lab ? { state: () => this.#ask('labState', {}), set: (change) => this.#ask('labSet', { change }) } : null;
    options.port.on('message', (messages: readonly HostMessage[]) => {
      for (const message of messages) this.#receive(message);
    });
    options.port.on('close', () => this.close());
  }

  // ------------------------------------------------------------------------------------------------------- messages

  #receive(message: HostMessage): void {
    switch (message.type) {
      case 'answer':
        return this.#answered(message);
      case 'wake':
        return this.#groups.wake(message.slot);
      case 'opened':
        if (this.#groups.opened(message.opened)) this.#groupsChanged();
        return;
      case 'closed':
        this.#groups.closed(message.group);
        return this.#groupsChanged();
      case 'nodes':
        this.#nodes = message.nodes;
        return;
      case 'relay':
        void this.#serveRelay(message.id, message.request);
        return;
    }
  }

  #answered(message: Extract<HostMessage, { type: 'answer' }>): void {
    const asked = this.#asked.get(message.id);
    this.#asked.delete(message.id);
    if (message.error !== null) asked?.reject(new Error(message.error));
    else asked?.resolve(message.value as never);
  }

  #ask<O extends Operation>(op: O, question: Operations[O]['q']): Promise<Operations[O]['a']> {
    if (this.#stopped) return Promise.reject(new ReplicaUnavailableError('stopping'));
    const id = this.#nextId;
    this.#nextId += 1;
    return new Promise((resolve, reject) => {
      this.#asked.set(id, { resolve, reject });
      this.#out.send({ type: 'ask', id, op, ...question } as unknown as ClientMessage);
    });
  }

  async #serveRelay(id: number, request: RelayRequest): Promise<void> {
    let answer: RelayAnswer | null = null;
    try {
      answer = (await this.#relayHandler?.(request)) ?? null;
    } catch {
      // The handler answers its own errors; what it throws is a bug there, and the asking node is told that no answer came.
    }
    this.#out.send({ type: 'relay-answer', id, answer });
  }

  #groupsChanged(): void {
    for (const listener of this.#groupListeners) listener();
  }

  // ------------------------------------------------------------------------------------------------------- views

  groups(): readonly string[] {
    return this.#groups.names();
  }

  onGroups(listener: () => void): () => void {
    this.#groupListeners.add(listener);
    return () => void this.#groupListeners.delete(listener);
  }

  view(group: string): GroupView {
    const open = this.#groups.get(group);
    if (open === undefined)
      return {
        group,
        condition: 'joining',
        role: 'follower',
        term: 0,
        commitIndex: 0,
        appliedIndex: 0,
        level: 1,
        leader: null,
        contactMs: null,
        stale: true,
      };
    const row = this.#board.read(open.opened.slot);
    const leader = row.leader === null ? undefined : this.#nodes[row.leader];
    const contactMs = row.contactAtMs === null ? null : Math.max(0, Math.round(processNowMs() - row.contactAtMs));
    return {
      group,
      condition: row.condition,
      role: row.role,
      term: row.term,
      commitIndex: row.commitIndex,
      appliedIndex: row.appliedIndex,
      level: row.level,
      leader: leader === undefined ? null : { node: leader.node, url: leader.url },
      contactMs,
      stale: contactMs === null || contactMs > this.#init.staleAfterMs,
    };
  }

  identity(group: string): StateIdentity | null {
    return this.#groups.get(group)?.opened.identity ?? null;
  }

  members(): ReturnType<Engine['members']> {
    return this.#nodes.filter(({ member }) => member).map(({ node, url, peer }) => ({ node, url, peer }));
  }

  waiters(): number {
    return this.#groups.waiting;
  }

  /** At which commands for a group are encoded. */
  #levelOf(group: string): number {
    const open = this.#groups.get(group);
    return open === undefined ? 1 : Math.max(1, this.#board.level(open.opened.slot));
  }

  // ------------------------------------------------------------------------------------------------------- writes and questions

  async propose(group: string, command: ProposedCommand, options: ProposeOptions): Promise<ProposeOutcome> {
    const { actor, requestId, idempotency, body } = command;
    const asked = this.#ask('propose', {
      group,
      command: encodeCommand({ level: this.#levelOf(group), actor, requestId, idempotency, body }),
      forward: options.forward,
      frees: options.frees,
      after: options.after,
      timeoutMs: options.timeoutMs,
    });
    return within(asked, options, { kind: 'unknown', reason: 'deadline' }, { kind: 'unknown', reason: 'stopping' });
  }

  readIndex(group: string, options: WaitOptions): Promise<ReadIndexOutcome> {
    return within(
      this.#ask('readIndex', { group, timeoutMs: options.timeoutMs }),
      options,
      { kind: 'timeout' },
      { kind: 'stopping' },
      { kind: 'aborted' },
    );
  }

  relay(node: string, request: RelayRequest, options: WaitOptions): Promise<RelayOutcome> {
    return within(this.#ask('relay', { node, request, timeoutMs: options.timeoutMs }), options, { kind: 'timeout' }, { kind: 'timeout' });
  }

  transferLeadership(group: string, node: string, options: WaitOptions): ReturnType<Engine['transferLeadership']> {
    return within(this.#ask('transfer', { group, node, timeoutMs: options.timeoutMs }), options, { kind: 'timeout' }, { kind: 'timeout' });
  }

  changeMembers(...[change, by, options]: Parameters<Engine['changeMembers']>): ReturnType<Engine['changeMembers']> {
    const asked = this.#ask('changeMembers', { change, by, timeoutMs: options.timeoutMs });
    return within(asked, options, { kind: 'unknown' }, { kind: 'unknown' });
  }

  serveRelays(handler: (request: RelayRequest) => Promise<RelayAnswer>): void {
    this.#relayHandler = handler;
    this.#out.send({ type: 'serve-relays' });
  }

  status(): ReturnType<Engine['status']> {
    return this.#ask('status', {});
  }

  journal(group: string, index: number | null): ReturnType<Engine['journal']> {
    return this.#ask('journal', { group, index });
  }

  health(): ReturnType<Engine['health']> {
    return this.#ask('health', {});
  }

  backup(signal: AbortSignal): Promise<BackupOutcome> {
    const end = (ticket: string): void => this.#out.send({ type: 'backup-ended', ticket });
    return startBackup({ begin: (ticket) => this.#ask('backup', { ticket }), end }, signal);
  }

  metrics(): Promise<string> {
    return this.#ask('metrics', {});
  }

  // ------------------------------------------------------------------------------------------------------- waiting

  waitApplied(group: string, index: number, options: WaitOptions): Promise<WaitOutcome> {
    return this.#stopped ? Promise.resolve({ kind: 'stopping' }) : this.#groups.waitApplied(group, index, options);
  }

  onApplied(group: string, listener: (appliedIndex: number) => void): () => void {
    return this.#groups.onApplied(group, listener);
  }

  // ------------------------------------------------------------------------------------------------------- reads

  #readable(group: string): StateReader {
    const open = this.#groups.get(group);
    if (open === undefined) throw new ReplicaUnavailableError('joining');
    const condition = this.#board.condition(open.opened.slot);
    const reader = condition === 'ok' ? this.#openOrNothing(group, open) : null;
    if (reader === null) throw new ReplicaUnavailableError(condition === 'ok' ? 'joining' : condition);
    return reader;
  }

  /** A file that has been replaced meanwhile is gone; the message about its successor is on its way. */
  #openOrNothing(group: string, open: OpenGroup): StateReader | null {
    try {
      return this.#groups.reader(open);
    } catch (error) {
      this.#damaged(group, error);
      return null;
    }
  }

  read<N extends QueryName>(group: string, query: Query<N>): ReadAnswer<N> {
    const reader = this.#readable(group);
    const key = cacheKey(query as Query);
    const open = this.#groups.get(group);
    if (key === null || open === undefined) return this.#orDamage(group, () => reader.read(query));
    const { slot, generation } = open.opened;
    const kept = open.answers.get(key, this.#board.applied(slot), generation);
    if (kept !== undefined) return kept as ReadAnswer<N>;
    const answer = this.#orDamage(group, () => reader.read(query));
    open.answers.put(key, answer, query.type === 'entry' ? ((answer as ReadAnswer<'entry'>).data?.value?.length ?? 0) : 0);
    return answer;
  }

  termAt(group: string, index: number): number | 'below-floor' | 'not-applied' {
    const reader = this.#readable(group);
    return this.#orDamage(group, () => reader.termAt(index));
  }

  async scan<N extends QueryName>(group: string, query: Query<N>): Promise<ReadAnswer<N>> {
    this.#readable(group);
    const { path, generation } = this.#groups.get(group)?.opened ?? { path: null, generation: 0 };
    if (path === null) throw new ReplicaUnavailableError('joining');
    try {
      return await this.#scans.scan(path, generation, query);
    } catch (error) {
      throw this.#damaged(group, error);
    }
  }

  #orDamage<T>(group: string, run: () => T): T {
    try {
      return run();
    } catch (error) {
      throw this.#damaged(group, error);
    }
  }

  /** A reader that meets damage takes the whole replica out of service. */
  #damaged(group: string, error: unknown): unknown {
    if (!(error instanceof StateCorruptionError)) return error;
    this.#out.send({ type: 'damage', group, detail: error.message });
    return new ReplicaUnavailableError('quarantined');
  }

  /** Ends every wait; nothing is answered any more. */
  close(): void {
    if (this.#stopped) return;
    this.#stopped = true;
    this.#groups.close();
    for (const asked of this.#asked.values()) asked.reject(new ReplicaUnavailableError('stopping'));
    this.#asked.clear();
    this.#scans.close();
    this.#port.close();
  }
}
