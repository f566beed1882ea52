/**
 * The network between the peer ports, as TCP proxies: every node dials the others through one, so each direction of each pair
 * can be cut, delayed or reset on its own.
 *
 * What a proxy can do to TCP is what a network can: hold bytes back, for a while or for ever, and break connections. It can
 * neither lose, repeat nor reorder bytes within a connection; messages can overtake one another only between the two connections
 * of a pair, whose delays are drawn apart. Lost, repeated and reordered messages are the business of `server/sim`.
 */
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { Server, Socket } from 'node:net';

export interface LinkCondition {
  /** Bytes in this direction are held back: as if every packet was lost, and sent again, until the cut is over. */
  readonly cut: boolean;
  /** Held back for a time between these, in milliseconds; order within a connection stays. */
  readonly delayMs: { readonly min: number; readonly max: number };
}

const OPEN: LinkCondition = { cut: false, delayMs: { min: 0, max: 0 } };
/** Beyond it the sender is held back too, as by a full window. */
const HELD_BYTES_MAX = 4 * 2 ** 20;
/** The dialler tells its name in clear text (server/peers/handshake.ts, message 3). */
const NAME = /"name":"([^"]+)"/;
const OPENING_BYTES_MAX = 64 * 1024;

/** One direction of one connection. */
class Pipe {
  readonly #from: Socket;
  readonly #to: Socket;
  readonly #condition: () => LinkCondition;
  readonly #random: () => number;
  readonly #onEnd: () => void;
  readonly #queue: { readonly bytes: Buffer | null; readonly dueMs: number }[] = [];
  #heldBytes = 0;
  #lastDueMs = 0;
  #timer: NodeJS.Timeout | null = null;

  /** The end has been passed on. */
  ended = false;
  #ending = false;

  constructor(options: {
    readonly from: Socket;
    readonly to: Socket;
    readonly condition: () => LinkCondition;
    readonly random: () => number;
    readonly onEnd: () => void;
  }) {
    this.#from = options.from;
    this.#to = options.to;
    this.#condition = options.condition;
    this.#random = options.random;
    this.#onEnd = options.onEnd;
  }

  /** @param bytes null: no more will come. Behind a cut nobody hears of that either */
  push(bytes: Buffer | null): void {
    if (this.#ending) return;
    this.#ending = bytes === null;
    const { min, max } = this.#condition().delayMs;
    this.#lastDueMs = Math.max(this.#lastDueMs, performance.now() + min + this.#random() * (max - min));
    this.#queue.push({ bytes, dueMs: this.#lastDueMs });
    this.#heldBytes += bytes?.length ?? 0;
    if (this.#heldBytes > HELD_BYTES_MAX) this.#from.pause();
    this.flush();
  }

  /** Passes on what is due. */
  flush(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    if (this.#condition().cut) return;
    for (let next = this.#queue[0]; next !== undefined; next = this.#queue[0]) {
      const waitMs = next.dueMs - performance.now();
      if (waitMs > 0) {
        this.#timer = setTimeout(() => this.flush(), waitMs);
        return;
      }
      this.#queue.shift();
      if (next.bytes === null) {
        this.ended = true;
        this.#to.end();
        this.#onEnd();
      } else {
        this.#heldBytes -= next.bytes.length;
        this.#to.write(next.bytes);
      }
    }
    if (this.#from.isPaused()) this.#from.resume();
  }

  stop(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
  }
}

interface Connection {
  /** Who dialled; null until it has said its name. */
  dialler: string | null;
  readonly acceptor: string;
  readonly pipes: readonly [Pipe, Pipe];
  readonly end: () => void;
}

export class PeerNetwork {
  readonly #conditions = new Map<string, LinkCondition>();
  readonly #connections = new Set<Connection>();
  readonly #servers: Server[] = [];
  readonly #random: () => number;

  /** @param random draws delays: 0 <= n < 1 */
  constructor(random: () => number = Math.random) {
    this.#random = random;
  }

  /** Listens on `listenPort` in place of node `name`, whose own peer port is `targetPort`. */
  async serve(name: string, listenPort: number, targetPort: number): Promise<void> {
    const server = createServer({ allowHalfOpen: true }, (socket) => this.#accept(name, socket, targetPort));
    server.listen(listenPort, '127.0.0.1');
    await once(server, 'listening');
    this.#servers.push(server);
  }

  /** Holds back everything from `from` to `to`; connections stay, and nobody is told. */
  cut(from: string, to: string): void {
    this.#set(from, to, { ...this.#of(from, to), cut: true });
  }

  delay(from: string, to: string, minMs: number, maxMs: number): void {
    this.#set(from, to, { ...this.#of(from, to), delayMs: { min: minMs, max: maxMs } });
  }

  /** Breaks every connection between two nodes; they may dial again. */
  reset(a: string, b: string): void {
    for (const connection of this.#connections) {
      const { dialler, acceptor } = connection;
      if ((dialler === a && acceptor === b) || (dialler === b && acceptor === a)) connection.end();
    }
  }

  /** Lifts cuts and delays of one direction; what was held back is delivered now, late. */
  heal(from: string, to: string): void {
    this.#set(from, to, OPEN);
  }

  healAll(): void {
    this.#conditions.clear();
    this.#flush();
  }

  async stop(): Promise<void> {
    for (const connection of this.#connections) connection.end();
    await Promise.all(
      this.#servers.map(async (server) => {
        server.close();
        await once(server, 'close');
      }),
    );
  }

  #of(from: string | null, to: string | null): LinkCondition {
    return this.#conditions.get(`${from} ${to}`) ?? OPEN;
  }

  #set(from: string, to: string, condition: LinkCondition): void {
    this.#conditions.set(`${from} ${to}`, condition);
    this.#flush();
  }

  #flush(): void {
    for (const { pipes } of this.#connections) for (const pipe of pipes) pipe.flush();
  }

  #accept(acceptor: string, near: Socket, targetPort: number): void {
    const far = connect({ port: targetPort, host: '127.0.0.1', noDelay: true, allowHalfOpen: true });
    near.setNoDelay(true);
    const onEnd = (): void => {
      if (connection.pipes.every(({ ended }) => ended)) connection.end();
    };
    const connection: Connection = {
      dialler: null,
      acceptor,
      // Until the dialler has told who it is, its opening passes: it says nothing yet.
      pipes: [
        new Pipe({ from: near, to: far, condition: () => this.#of(connection.dialler, acceptor), random: this.#random, onEnd }),
        new Pipe({ from: far, to: near, condition: () => this.#of(acceptor, connection.dialler), random: this.#random, onEnd }),
      ],
      end: () => {
        this.#connections.delete(connection);
        for (const pipe of connection.pipes) pipe.stop();
        near.destroy();
        far.destroy();
      },
    };
    this.#connections.add(connection);
    let opening: Buffer | null = Buffer.alloc(0);
    near.on('data', (bytes: Buffer) => {
      if (opening !== null) {
        opening = Buffer.concat([opening, bytes]);
        connection.dialler = NAME.exec(opening.toString('latin1'))?.[1] ?? null;
        if (connection.dialler !== null || opening.length > OPENING_BYTES_MAX) opening = null;
      }
      connection.pipes[0].push(bytes);
    });
    far.on('data', (bytes: Buffer) => connection.pipes[1].push(bytes));
    for (const [at, socket] of [near, far].entries()) {
      const over = (): void => connection.pipes[at as 0 | 1].push(null);
      socket.on('end', over);
      socket.on('error', over);
      socket.on('close', over);
    }
  }
}
