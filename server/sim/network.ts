/**
 * The network between simulated nodes: which pairs are connected, what is cut, and how long things take.
 *
 * A link of two nodes is made by a handshake (both sides say hello and judge the other), and ends when a side dies, when a cut
 * lasts, or when somebody shakes hands anew. Raft frames may be lost, repeated, delayed and reordered, across links and lives of
 * a process too; requests and streams belong to their link and end with it.
 */
import type { PeerRefusal, RemotePeer } from '../peers/types.ts';
import type { Random } from './random.ts';
import type { Scheduler } from './scheduler.ts';
import type { SimTransport } from './transport.ts';

export interface NetworkConditions {
  /** Part of the frames that are lost, repeated, late. */
  readonly drop: number;
  readonly duplicate: number;
  readonly late: number;
  readonly delayMsMin: number;
  readonly delayMsMax: number;
  readonly lateMsMax: number;
  /** Chance per request or stream that its connection breaks under it. */
  readonly reset: number;
}

export const CALM: NetworkConditions = { drop: 0, duplicate: 0, late: 0, delayMsMin: 0.2, delayMsMax: 2, lateMsMax: 0, reset: 0 };

export interface Link {
  readonly sides: readonly [SimTransport, SimTransport];
  /** How each side sees the other. */
  readonly remote: ReadonlyMap<SimTransport, RemotePeer>;
  up: boolean;
  /** Since when nothing has come through in some direction; null: all is well. */
  silentSinceMs: number | null;
}

const LOOK_MS = 60;
const SILENCE_MS = 700;

function pairOf(a: string, b: string): string {
  return a < b ? `${a} ${b}` : `${b} ${a}`;
}

export class SimNetwork {
  readonly scheduler: Scheduler;
  readonly random: Random;
  conditions: NetworkConditions = CALM;
  readonly #transports = new Map<string, SimTransport>();
  readonly #links = new Map<string, Link>();
  /** Directions in which nothing passes: `n1>n2`. */
  readonly #cuts = new Set<string>();
  /** No new handshake of a pair before this moment. */
  readonly #notBefore = new Map<string, number>();

  constructor(scheduler: Scheduler, random: Random) {
    this.scheduler = scheduler;
    this.random = random;
    this.#look();
  }

  attach(transport: SimTransport): void {
    this.#transports.set(transport.name, transport);
  }

  /** The process has ended: its peers will notice. */
  detach(transport: SimTransport): void {
    if (this.#transports.get(transport.name) === transport) this.#transports.delete(transport.name);
    for (const link of this.#links.values())
      if (link.sides.includes(transport)) this.scheduler.after(this.random.between(0.5, SILENCE_MS), null, () => this.breakLink(link));
  }

  transport(name: string): SimTransport | null {
    return this.#transports.get(name) ?? null;
  }

  cut(from: string, to: string): void {
    this.#cuts.add(`${from}>${to}`);
  }

  healAll(): void {
    this.#cuts.clear();
  }

  passes(from: string, to: string): boolean {
    if (this.#cuts.has(`${from}>${to}`)) return false;
    return this.#transports.get(from)?.dropped.has(to) !== true && this.#transports.get(to)?.dropped.has(from) !== true;
  }

  /** The link of a live process to `to`, if there is one. */
  link(from: SimTransport, to: string): Link | null {
    const link = this.#links.get(pairOf(from.name, to));
    return link !== undefined && link.up && link.sides.includes(from) ? link : null;
  }

  delayMs(): number {
    const { random, conditions } = this;
    const usual = random.between(conditions.delayMsMin, conditions.delayMsMax);
    return random.chance(conditions.late) ? usual + random.between(0, conditions.lateMsMax) : usual;
  }

  /** Sends bytes that may be lost, repeated or late. `deliver` gets whoever has the name when they arrive. */
  scatter(from: string, to: string, deliver: (receiver: SimTransport, link: Link) => void): void {
    const { random, conditions } = this;
    const copies = random.chance(conditions.drop) ? 0 : random.chance(conditions.duplicate) ? 2 : 1;
    for (let i = 0; i < copies; i += 1) {
      this.scheduler.after(this.delayMs(), null, () => {
        const receiver = this.#transports.get(to);
        if (receiver === undefined || !this.passes(from, to)) return;
        this.scheduler.after(0, receiver.lifeline, () => {
          const link = this.link(receiver, from);
          if (link !== null) deliver(receiver, link);
        });
      });
    }
  }

  /** Sends bytes that arrive once and whole, or not at all because the link ended first. */
  carry(link: Link, from: SimTransport, deliver: (receiver: SimTransport) => void): void {
    const receiver = link.sides[0] === from ? link.sides[1] : link.sides[0];
    if (this.random.chance(this.conditions.reset)) {
      this.breakLink(link);
      return;
    }
    const attempt = (): void => {
      if (!link.up) return;
      // As TCP does: what does not pass is sent again, until the connection is given up.
      if (this.passes(from.name, receiver.name)) this.scheduler.after(0, receiver.lifeline, () => link.up && deliver(receiver));
      else this.scheduler.after(LOOK_MS, null, attempt);
    };
    this.scheduler.after(this.delayMs(), null, attempt);
  }

  breakLink(link: Link): void {
    if (!link.up) return;
    link.up = false;
    const [a, b] = link.sides;
    const pair = pairOf(a.name, b.name);
    if (this.#links.get(pair) === link) this.#links.delete(pair);
    this.#notBefore.set(pair, this.scheduler.nowMs + this.random.between(5, 150));
    for (const side of link.sides) this.scheduler.after(this.random.between(0, 3), side.lifeline, () => side.linkBroken(link));
  }

  /** Watches links, and makes those that are wanted. */
  #look(): void {
    const names = [...this.#transports.keys()].toSorted();
    for (const [place, name] of names.entries()) {
      for (const other of names.slice(place + 1)) this.#lookAt(name, other);
    }
    this.scheduler.after(LOOK_MS * this.random.between(0.8, 1.2), null, () => this.#look());
  }

  #lookAt(name: string, other: string): void {
    const [a, b] = [this.#transports.get(name), this.#transports.get(other)];
    if (a === undefined || b === undefined) return;
    const through = this.passes(name, other) && this.passes(other, name);
    const link = this.#links.get(pairOf(name, other));
    if (link !== undefined) {
      if (through) {
        link.silentSinceMs = null;
        for (const side of link.sides) side.heard(side === a ? other : name);
      } else {
        link.silentSinceMs ??= this.scheduler.nowMs;
        if (this.scheduler.nowMs - link.silentSinceMs > SILENCE_MS) this.breakLink(link);
      }
      return;
    }
    const wanted = a.lists(other) || b.lists(name);
    const rests = (this.#notBefore.get(pairOf(name, other)) ?? 0) > this.scheduler.nowMs;
    if (through && wanted && !rests && !a.lifeline.paused && !b.lifeline.paused) this.#shakeHands(a, b);
  }

  #shakeHands(a: SimTransport, b: SimTransport): void {
    const [helloA, helloB] = [a.handlers.hello(), b.handlers.hello()];
    const [byA, byB] = [a.handlers.onHello(helloB), b.handlers.onHello(helloA)];
    const pair = pairOf(a.name, b.name);
    if (byA !== 'accept' || byB !== 'accept') {
      this.#notBefore.set(pair, this.scheduler.nowMs + this.random.between(100, 300));
      refuse(a, b.name, byA, byB);
      refuse(b, a.name, byB, byA);
      return;
    }
    const link: Link = {
      sides: [a, b],
      remote: new Map([
        [a, { name: b.name, hello: helloB, level: 1 }],
        [b, { name: a.name, hello: helloA, level: 1 }],
      ]),
      up: true,
      silentSinceMs: null,
    };
    this.#links.set(pair, link);
    for (const side of link.sides) this.scheduler.after(this.random.between(0, 1), side.lifeline, () => side.linkMade(link));
  }
}

function refuse(side: SimTransport, other: string, own: 'accept' | PeerRefusal, its: 'accept' | PeerRefusal): void {
  if (own !== 'accept') side.refused(other, own, 'us');
  else if (its !== 'accept') side.refused(other, its, 'peer');
}
