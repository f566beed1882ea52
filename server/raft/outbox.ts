import type { Message, MessageType } from './types.ts';

/**
 * What has to be durable before a message of a type leaves: nothing; the hard state (term and vote); or everything
 * that the core had taken in when it was made, which it claims to have (D2). The table of README "Durability".
 */
const waitsFor: Record<MessageType, 'nothing' | 'hard-state' | 'everything'> = {
  'pre-vote': 'nothing',
  'pre-vote-resp': 'nothing',
  vote: 'hard-state',
  'vote-resp': 'everything',
  app: 'hard-state',
  'app-resp': 'everything',
  heartbeat: 'hard-state',
  'heartbeat-resp': 'hard-state',
  snap: 'hard-state',
  'timeout-now': 'hard-state',
  'read-index': 'hard-state',
  'read-index-resp': 'hard-state',
};

/** Messages on their way out: those that may leave now, and those that wait for the writes made up to now. */
export class Outbox {
  #leaving: Message[] = [];
  #waiting: Message[] = [];

  /** @param hardStateDurable whether term and vote, as they are now, are on disk */
  add(message: Message, hardStateDurable: boolean): void {
    const needs = waitsFor[message.type];
    if (needs === 'nothing' || (needs === 'hard-state' && hardStateDurable)) this.#leaving.push(message);
    else this.#waiting.push(message);
  }

  /** Messages that have waited may leave now. */
  release(messages: readonly Message[]): void {
    for (const message of messages) this.#leaving.push(message);
  }

  empty(): boolean {
    return this.#leaving.length === 0 && this.#waiting.length === 0;
  }

  takeLeaving(): readonly Message[] {
    const taken = this.#leaving;
    this.#leaving = [];
    return taken;
  }

  takeWaiting(): readonly Message[] {
    const taken = this.#waiting;
    this.#waiting = [];
    return taken;
  }
}
