import { assert, unreachable } from '../../lib/kernel/assert.ts';
import type { AppMessage, EntryId, Message } from './types.ts';

/**
 * Checks that a message can be at all. Terms and indexes are safe integers, and the entries of an append are what a
 * leader of that term could have: beyond 2^53 two positions would look the same.
 *
 * @throws InvariantError when it cannot
 */
export function assertMessage(message: Message): void {
  assertIndex(message.term, 'term');
  switch (message.type) {
    case 'vote':
    case 'pre-vote':
      assertIndex(message.lastIndex, 'lastIndex');
      assertIndex(message.lastTerm, 'lastTerm');
      assert(message.lastTerm < message.term, 'message: a candidate whose log is of the term it asks for');
      assertHint(message.commit);
      return;
    case 'app':
      assertApp(message);
      return;
    case 'app-resp':
      assertIndex(message.index, 'index');
      assertIndex(message.hintIndex, 'hintIndex');
      assertIndex(message.hintTerm, 'hintTerm');
      return;
    case 'heartbeat':
      assertIndex(message.commit, 'commit');
      assertIndex(message.read, 'read');
      return;
    case 'heartbeat-resp':
      assertIndex(message.read, 'read');
      return;
    case 'snap':
      assertIndex(message.snapshot.index, 'snapshot index');
      assertIndex(message.snapshot.term, 'snapshot term');
      return;
    case 'read-index-resp':
      assertIndex(message.index, 'index');
      return;
    case 'vote-resp':
    case 'pre-vote-resp':
      assertHint(message.commit);
      return;
    case 'timeout-now':
    case 'read-index':
      return;
    default:
      unreachable(message);
  }
}

function assertApp(message: AppMessage): void {
  assertIndex(message.prevIndex, 'prevIndex');
  assertIndex(message.prevTerm, 'prevTerm');
  assertIndex(message.commit, 'commit');
  let { prevIndex: index, prevTerm: term } = message;
  for (const entry of message.entries) {
    assertIndex(entry.index, 'entry index');
    assertIndex(entry.term, 'entry term');
    assert(entry.index === index + 1, () => `message: entry ${entry.index} after ${index}`);
    assert(entry.term >= term, () => `message: entry ${entry.index} of term ${entry.term} after term ${term}`);
    index = entry.index;
    term = entry.term;
  }
  assert(term <= message.term, 'message: an entry of a later term than its leader');
}

function assertHint(commit: EntryId | undefined): void {
  if (commit === undefined) return;
  assertIndex(commit.index, 'commit index');
  assertIndex(commit.term, 'commit term');
}

function assertIndex(value: number, name: string): void {
  assert(Number.isSafeInteger(value), () => `message: ${name} ${value} is no safe integer`);
  assert(value >= 0, () => `message: ${name} ${value} is negative`);
}
