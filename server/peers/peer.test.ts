import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { describe, expect, test } from 'vitest';
import type { ConnectionContext } from './connection.ts';
import { PEER_LIMITS } from './limits.ts';
import { Peer } from './peer.ts';
import { hello, ManualTimers } from './testing.ts';

/** A socket that takes everything and says nothing. */
class MuteSocket extends Duplex {
  readonly bytesRead = 0;
  readonly bytesWritten = 0;
  override _read(): void {}
  override _write(_chunk: unknown, _encoding: unknown, done: () => void): void {
    done();
  }
}

/** One side of a pair, as seen by the names of the connections that it was offered. */
class Side {
  readonly #self: string;
  readonly #other: string;
  readonly peer: Peer;
  readonly timers = new ManualTimers();
  dials = 0;
  readonly #sockets = new Map<string, MuteSocket>();

  constructor(self: string, other: string) {
    this.#self = self;
    this.#other = other;
    const context: ConnectionContext = {
      timers: this.timers,
      limits: PEER_LIMITS,
      log: () => undefined,
      clock: () => ({ ms: 0, counter: 0 }),
      onClock: () => undefined,
      onInvalid: () => undefined,
    };
    this.peer = new Peer({
      self,
      name: other,
      context,
      random: () => 0,
      handlers: { onRequest: () => Promise.reject(new Error('none')), onStream: () => Promise.reject(new Error('none')) },
      onRaft: () => undefined,
      onBeats: () => undefined,
      onChange: () => undefined,
      dial: () => {
        this.dials += 1;
        return () => undefined;
      },
    });
  }

  offer(id: string, dialledBy: string, session: string, channel: 'raft' | 'bulk' = 'raft'): this {
    const socket = new MuteSocket();
    this.#sockets.set(id, socket);
    const remote = { name: this.#other, hello: hello(this.#other), level: 1 };
    this.peer.adopt({
      socket: socket as unknown as Socket,
      channel,
      remote,
      session,
      dialledBy: dialledBy === this.#self ? 'us' : 'peer',
      rest: Buffer.alloc(0),
    });
    return this;
  }

  get open(): string[] {
    return [...this.#sockets].filter(([, socket]) => !socket.destroyed).map(([id]) => id);
  }
}

describe('of two connections of a kind', () => {
  test.each<[string, string, string, [string, string], [string, string], string[]]>([
    ['the newer one of the lower name', 'n1', 'n2', ['n1', 's'], ['n1', 's'], ['new']],
    ['the newer one of the higher name', 'n1', 'n2', ['n2', 's'], ['n2', 's'], ['new']],
    ['that of the lower name when it came first', 'n1', 'n2', ['n1', 's'], ['n2', 's'], ['old']],
    ['that of the lower name when it came last', 'n1', 'n2', ['n2', 's'], ['n1', 's'], ['new']],
    ['that of the lower name when it came first, seen from the other side', 'n2', 'n1', ['n1', 's'], ['n2', 's'], ['old']],
    ['that of the restarted peer, though it has the higher name', 'n1', 'n2', ['n1', 's'], ['n2', 't'], ['new']],
    ['that of the restarted peer, though it has the lower name', 'n2', 'n1', ['n2', 's'], ['n1', 't'], ['new']],
  ])('stays %s', (_which, self, other, first, second, open) => {
    expect(new Side(self, other).offer('old', ...first).offer('new', ...second).open).toEqual(open);
  });

  test('both sides keep the same one when they crossed, in whatever order each sees them', () => {
    // Each number is a connection; odd ones were dialled by n1.
    const see = (self: string, other: string, order: readonly number[]): string[] => {
      const side = new Side(self, other);
      for (const id of order) side.offer(`${id}`, id % 2 === 1 ? 'n1' : 'n2', 's');
      return side.open;
    };
    for (const order of [
      [1, 2],
      [2, 1],
    ]) {
      expect(see('n1', 'n2', order)).toEqual(['1']);
      expect(see('n2', 'n1', order)).toEqual(['1']);
    }
  });
});

test('a restarted peer costs the other kind of connection of its former life, and only that', () => {
  const side = new Side('n1', 'n2').offer('raft', 'n1', 's').offer('bulk', 'n1', 's', 'bulk');
  expect(side.open).toEqual(['raft', 'bulk']);
  expect(side.offer('raft again', 'n2', 't').open).toEqual(['raft again']);
  expect(side.offer('bulk again', 'n2', 't', 'bulk').open).toEqual(['raft again', 'bulk again']);
});

test('is not dialled when it came by itself in the meantime, and is when it goes', () => {
  const side = new Side('n1', 'n2');
  side.peer.address = '127.0.0.1:1';
  side.peer.run();
  side.offer('raft', 'n2', 's').offer('bulk', 'n2', 's', 'bulk');
  side.timers.advance(1_000);
  expect(side.dials).toBe(0);
  side.peer.disconnect('gone');
  side.timers.advance(1_000);
  expect(side.dials).toBe(2);
});
