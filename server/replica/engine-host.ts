/** The consensus thread's side of the engine: takes the questions of other threads, publishes the board, wakes who waits. */
import type { MessagePort } from 'node:worker_threads';
import type { ReplicaJournal } from '../../lib/contract/schemas/journal.ts';
import type { ReadIndexOutcome, RelayAnswer, RelayOutcome, RelayRequest } from '../engine/types.ts';
import type { Backups } from './backups.ts';
import type { Logger, Runtime } from './runtime.ts';
import { Board, GROUPS_MAX } from './board.ts';
import { nameOfPeer } from './conf-context.ts';
import type { NodeServices } from './node-services.ts';
import { PortBatch } from './port-batch.ts';
import type { ClientMessage, EngineClientInit, GroupOpened, HostMessage, NodePlace, Operations } from './protocol.ts';
import type { OpenedState } from './state-storage.ts';

/** What the engine can do for others once the node runs; grows from nothing while a cluster forms. */
export interface EngineHostOptions {
  readonly nodeId: string;
  readonly runtime: Runtime;
  readonly logger: Logger;
  readonly lab: boolean;
  readonly staleAfterMs: number;
  readonly waitersMax: number;
  readonly services: NodeServices;
  readonly journal: (group: string, index: number | null) => ReplicaJournal | null;
  readonly backups: Backups;
}

interface Client {
  readonly out: PortBatch<HostMessage>;
  /** Tickets of its backups: they end with its thread. */
  readonly backups: Set<string>;
  servesRelays: boolean;
}

/** A relayed request that no thread answers in this time was lost with its thread. */
const RELAY_MS_MAX = 60_000;

export class EngineHost {
  readonly #options: EngineHostOptions;
  readonly #board = new Board();
  /** By their place on the board; null: that thread has ended, and the place is free. */
  readonly #clients: (Client | null)[] = [];
  readonly #slots = new Map<string, number>();
  readonly #opened = new Map<string, GroupOpened>();
  /** Append-only: the board points into it. */
  #nodes: readonly NodePlace[] = [];
  readonly #relays = new Map<number, { readonly client: Client; readonly settle: (answer: RelayAnswer | null) => void }>();
  #nextRelay = 1;

  constructor(options: EngineHostOptions) {
    this.#options = options;
  }

  /** Serves one more thread over `port`. @returns what that thread needs to begin */
  connect(port: MessagePort): EngineClientInit {
    const free = this.#clients.indexOf(null);
    const index = free === -1 ? this.#clients.length : free;
    const client: Client = { out: new PortBatch<HostMessage>(port), backups: new Set(), servesRelays: false };
    this.#clients[index] = client;
    port.on('message', (messages: readonly ClientMessage[]) => {
      for (const message of messages) this.#receive(client, message);
    });
    port.on('close', () => {
      for (const ticket of client.backups) this.#options.backups.end(ticket);
      this.#disconnected(index, client);
    });
    client.out.send({ type: 'nodes', nodes: this.#nodes });
    for (const opened of this.#opened.values()) client.out.send({ type: 'opened', opened });
    const { nodeId, lab, staleAfterMs, waitersMax } = this.#options;
    return { nodeId, client: index, board: this.#board.buffer, lab, staleAfterMs, waitersMax };
  }

  /** A thread has ended: what it was to answer comes from nobody, and whoever asked is told at once. */
  #disconnected(index: number, client: Client): void {
    if (this.#clients[index] !== client) return;
    this.#clients[index] = null;
    for (const slot of this.#slots.values()) this.#board.want(slot, index, null);
    for (const [id, relay] of this.#relays) {
      if (relay.client !== client) continue;
      this.#relays.delete(id);
      relay.settle(null);
    }
  }

  #toAll(message: HostMessage): void {
    for (const client of this.#clients) client?.out.send(message);
  }

  // ------------------------------------------------------------------------------------------------------- publishing

  /** The readable state of a group, new or replaced; `state` null: known, but nothing to read. */
  opened(group: string, state: OpenedState | null): void {
    const opened: GroupOpened = {
      group,
      slot: this.#slot(group),
      path: state?.machine.path ?? null,
      generation: state?.generation ?? 0,
      identity: state?.machine.identity ?? null,
    };
    this.#opened.set(group, opened);
    this.#toAll({ type: 'opened', opened });
  }

  /** A group is gone for good. Its place on the board stays empty: no thread may take another group's numbers for its. */
  closed(group: string): void {
    if (this.#opened.delete(group)) this.#toAll({ type: 'closed', group });
  }

  #slot(group: string): number {
    const slot = this.#slots.get(group) ?? this.#slots.size;
    if (slot >= GROUPS_MAX) throw new Error(`there is no place on the board for group ${group}`);
    this.#slots.set(group, slot);
    return slot;
  }

  membersChanged(members: readonly { readonly name: string; readonly url: string; readonly peer: string }[]): void {
    const places = new Map(members.map(({ name, url, peer }) => [name, { node: name, url, peer, member: true }]));
    const known = this.#nodes.map((place) => places.get(place.node) ?? { ...place, member: false });
    const added = [...places.values()].filter(({ node }) => !known.some((place) => place.node === node));
    this.#nodes = [...known, ...added];
    this.#toAll({ type: 'nodes', nodes: this.#nodes });
  }

  /** Writes what is visible now to the board and wakes who waited for it. */
  publish(group: string): void {
    const view = this.#options.services.view(group);
    const slot = this.#slot(group);
    const leader = view.leaderPeer === null ? -1 : this.#nodes.findIndex(({ node }) => node === nameOfPeer(view.leaderPeer ?? ''));
    const contactAtMs = view.contactMs === null ? null : this.#options.runtime.nowMs() - view.contactMs;
    const generation = this.#opened.get(group)?.generation ?? 0;
    this.#board.write(slot, { ...view, leader: leader < 0 ? null : leader, contactAtMs, generation });
    for (const client of this.#board.takeWakes(slot)) this.#clients[client]?.out.send({ type: 'wake', slot });
    // A turn ends here: what it answered and whom it wakes need not wait for the next round of the event loop.
    for (const one of this.#clients) one?.out.flush();
  }

  // ------------------------------------------------------------------------------------------------------- questions

  #receive(client: Client, message: ClientMessage): void {
    switch (message.type) {
      case 'ask':
        return this.#ask(client, message);
      case 'serve-relays':
        client.servesRelays = true;
        return;
      case 'relay-answer':
        this.#relays.get(message.id)?.settle(message.answer);
        this.#relays.delete(message.id);
        return;
      case 'backup-ended':
        client.backups.delete(message.ticket);
        this.#options.backups.end(message.ticket);
        return;
      case 'damage':
        this.#options.services.damaged(message.group, message.detail);
        return;
    }
  }

  #ask(client: Client, message: Extract<ClientMessage, { type: 'ask' }>): void {
    const answer = (value: Operations[keyof Operations]['a']): void =>
      client.out.send({ type: 'answer', id: message.id, value, error: null });
    const failed = (error: unknown): void =>
      client.out.send({ type: 'answer', id: message.id, value: null, error: error instanceof Error ? error.message : String(error) });
    const { services, runtime } = this.#options;
    switch (message.op) {
      case 'propose':
        if (message.after !== null) services.heardClock(message.after);
        return services.propose(message.group, {
          bytes: message.command,
          deadlineMs: runtime.nowMs() + message.timeoutMs,
          forward: message.forward,
          frees: message.frees,
          forwarded: false,
          settle: answer,
        });
      case 'readIndex':
        return services.readIndex(message.group, {
          deadlineMs: runtime.nowMs() + message.timeoutMs,
          settle: (outcome: ReadIndexOutcome) => answer(outcome),
        });
      case 'status':
        return void services.status().then(answer, failed);
      case 'health':
        return void services.health().then(answer, failed);
      case 'metrics':
        return answer(services.metrics());
      case 'relay':
        return void services
          .relay(message.node, message.request, message.timeoutMs)
          .then((outcome: RelayOutcome) => answer(outcome), failed);
      case 'transfer':
        return void services.transfer(message.group, message.node, message.timeoutMs).then(answer, failed);
      case 'journal':
        return answer(this.#options.journal(message.group, message.index));
      case 'backup':
        client.backups.add(message.ticket);
        return void this.#options.backups.begin(message.ticket).then(answer, failed);
      case 'changeMembers':
        return void services.changeMembers(message.change, message.by, message.timeoutMs).then(answer, failed);
      case 'labState':
        return answer(services.labState());
      case 'labSet':
        return answer(services.labSet(message.change));
    }
  }

  /** Hands a request of another node to the thread that serves the API. @returns null when none does */
  serveRelay(request: RelayRequest): Promise<RelayAnswer | null> {
    // The thread that came last to serve them is the door in use; the one before it stands in while that one is away.
    const client = this.#clients.findLast((one) => one?.servesRelays === true) ?? null;
    if (client === null) return Promise.resolve(null);
    const id = this.#nextRelay;
    this.#nextRelay += 1;
    return new Promise((resolve) => {
      const cancel = this.#options.runtime.after(RELAY_MS_MAX, () => {
        this.#relays.delete(id);
        resolve(null);
      });
      const settle = (answer: RelayAnswer | null): void => {
        cancel();
        resolve(answer);
      };
      this.#relays.set(id, { client, settle });
      client.out.send({ type: 'relay', id, request });
    });
  }
}
