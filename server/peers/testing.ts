/** What the tests of this room share: nodes on loopback, a clock that is moved by hand, a proxy that can be frozen. */
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { vi } from 'vitest';
import type { Message } from '../raft/types.ts';
import { createPeerTransport } from './transport.ts';
import type { Hello, PeerHandlers, PeerState, PeerTransport, PeerTransportOptions, RaftDropReason, Timers } from './types.ts';

export const SECRET = 'correct horse battery staple';

export const realTimers: Timers = {
  now: () => performance.now(),
  setTimeout: (callback, delayMs) => setTimeout(callback, delayMs),
  clearTimeout: (timer) => clearTimeout(timer as NodeJS.Timeout | undefined),
};

/** Time that passes only when it is told to. */
export class ManualTimers implements Timers {
  #now = 1_000;
  #next = 1;
  readonly #timers = new Map<number, { readonly atMs: number; readonly callback: () => void }>();

  now(): number {
    return this.#now;
  }

  setTimeout(callback: () => void, delayMs: number): unknown {
    this.#timers.set(this.#next, { atMs: this.#now + delayMs, callback });
    return this.#next++;
  }

  clearTimeout(timer: unknown): void {
    this.#timers.delete(timer as number);
  }

  get delays(): number[] {
    return [...this.#timers.values()].map(({ atMs }) => atMs - this.#now);
  }

  /** Runs what falls due on the way, each at its time. */
  advance(ms: number): void {
    const untilMs = this.#now + ms;
    for (;;) {
      const [due] = [...this.#timers].filter(([, timer]) => timer.atMs <= untilMs).toSorted(([, a], [, b]) => a.atMs - b.atMs);
      if (due === undefined) break;
      const [id, { atMs, callback }] = due;
      this.#timers.delete(id);
      this.#now = Math.max(this.#now, atMs);
      callback();
    }
    this.#now = untilMs;
  }

  /** Time jumps as for a process that was stopped: everything due runs late. */
  sleep(ms: number): void {
    this.#now += ms;
    this.advance(0);
  }
}

export function hello(name: string, over: Partial<Hello> = {}): Hello {
  return {
    name,
    formed: true,
    clusterId: 'c1',
    lineageId: 'l1',
    incarnation: `${name}-i1`,
    listHash: 'h1',
    peerAddress: '127.0.0.1:1',
    url: 'http://127.0.0.1:2',
    levelMin: 1,
    levelMax: 1,
    buildVersion: '0.1.0',
    ...over,
  };
}

export interface TestNode {
  readonly name: string;
  readonly transport: PeerTransport;
  readonly address: string;
  readonly raft: { readonly from: string; readonly group: string; readonly messages: readonly Message[] }[];
  readonly drops: { readonly to: string; readonly count: number; readonly reason: RaftDropReason }[];
  readonly changes: { readonly name: string; readonly state: PeerState }[];
  readonly logs: { readonly event: string; readonly fields: Readonly<Record<string, unknown>> }[];
}

/** Starts nodes and proxies, and stops them all. */
export class TestNodes {
  readonly #stops: (() => Promise<void>)[] = [];

  async start(
    name: string,
    over: Partial<Omit<PeerTransportOptions, 'handlers'>> & { readonly handlers?: Partial<PeerHandlers> } = {},
  ): Promise<TestNode> {
    const raft: TestNode['raft'] = [];
    const drops: TestNode['drops'] = [];
    const changes: TestNode['changes'] = [];
    const logs: TestNode['logs'] = [];
    const handlers: PeerHandlers = {
      hello: () => hello(name),
      onHello: () => 'accept',
      clock: () => ({ ms: 1, counter: 1 }),
      onClock: () => undefined,
      onRaft: (from, group, messages) => void raft.push({ from: from.name, group, messages }),
      onRaftDropped: (to, _group, messages, reason) => void drops.push({ to, count: messages.length, reason }),
      onRequest: (_from, _method, body) => Promise.resolve(body),
      onStream: () => Promise.resolve(new Uint8Array()),
      onPeerChange: (peer, state) => void changes.push({ name: peer, state }),
      ...over.handlers,
    };
    const transport = createPeerTransport({
      name,
      listen: '127.0.0.1:0',
      secret: SECRET,
      log: (_level, event, fields) => void logs.push({ event, fields }),
      timers: realTimers,
      random: () => 0.5,
      ...over,
      handlers,
    });
    const { host, port } = await transport.start();
    this.#stops.push(() => transport.stop());
    return { name, transport, address: `${host}:${port}`, raft, drops, changes, logs };
  }

  /** A way to `address` that can be frozen (bytes stay where they are), thawed or cut. */
  async proxy(
    address: string,
  ): Promise<{ readonly address: string; freeze(): void; thaw(): void; cut(): void; readonly connections: number }> {
    const port = Number(address.split(':')[1]);
    const pairs = new Set<readonly [Socket, Socket]>();
    const server = createServer((incoming) => {
      const outgoing = connect(port, '127.0.0.1');
      const pair = [incoming, outgoing] as const;
      pairs.add(pair);
      for (const [socket, other] of [pair, [outgoing, incoming] as const]) {
        socket.pipe(other);
        socket.on('error', () => other.destroy());
        socket.on('close', () => {
          pairs.delete(pair);
          other.destroy();
        });
      }
    });
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
    const cut = (): void => {
      for (const pair of pairs) for (const socket of pair) socket.destroy();
    };
    this.#stops.push(async () => {
      cut();
      await new Promise((resolve) => {
        server.close(resolve);
      });
    });
    return {
      address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
      get connections() {
        return pairs.size;
      },
      cut,
      thaw: () => {
        for (const [incoming, outgoing] of pairs) {
          incoming.pipe(outgoing);
          outgoing.pipe(incoming);
        }
      },
      freeze: () => {
        for (const pair of pairs) {
          for (const socket of pair) {
            socket.unpipe();
            socket.pause();
          }
        }
      },
    };
  }

  async stop(): Promise<void> {
    await Promise.all(this.#stops.splice(0).map((stop) => stop()));
  }
}

/** Until it holds; the condition is what is waited for, the limit is only for a test that fails. */
export async function until(condition: () => boolean, what: string): Promise<void> {
  await vi.waitFor(
    () => {
      if (!condition()) throw new Error(`still not: ${what}`);
    },
    { timeout: 10_000, interval: 5 },
  );
}

/** Makes two nodes know each other and waits until both directions of both connections stand. */
export async function introduce(a: TestNode, b: TestNode): Promise<void> {
  a.transport.setPeers([{ name: b.name, address: b.address }]);
  b.transport.setPeers([{ name: a.name, address: a.address }]);
  await connected(a, b);
}

export async function connected(a: TestNode, b: TestNode): Promise<void> {
  await until(
    () => a.transport.state(b.name)?.connected === true && b.transport.state(a.name)?.connected === true,
    `${a.name} and ${b.name} connected`,
  );
}

export function heartbeat(from: string, to: string, commit = 1): Message {
  return { type: 'heartbeat', from: `${from}@i`, to: `${to}@i`, term: 1, commit, read: 0 };
}

/** What was logged under a name. */
export function eventsOf(node: TestNode, event: string): unknown[] {
  return node.logs.filter((line) => line.event === event).map(({ fields }) => fields);
}
