import type { ConfState, HardState } from '../raft/types.ts';
import type { GroupState } from './group-log.ts';

/** The body of a `KIND.group` record; the base's term and index are in the header of the record. */
export interface GroupBody {
  readonly name: string;
  readonly hardState: HardState;
  readonly confState: ConfState;
  /** Last stored index, to be compared with what the records before it say. */
  readonly last: number;
}

const utf8 = new TextEncoder();
const NO_BYTES = new Uint8Array(0);

export function encodeGroup(group: GroupState): Uint8Array {
  const body: GroupBody = {
    name: group.group,
    hardState: group.hardState(),
    confState: group.base().confState,
    last: group.lastIndex(),
  };
  return utf8.encode(JSON.stringify(body));
}

export function encodeConfState(confState: ConfState): Uint8Array {
  return utf8.encode(JSON.stringify(confState));
}

export function encodeVote(vote: string | null): Uint8Array {
  return vote === null ? NO_BYTES : utf8.encode(vote);
}

/** @throws SyntaxError or TypeError when the body is not what its kind says */
export function decodeGroup(body: Uint8Array): GroupBody {
  const value = parseObject(body);
  const { name, hardState, confState, last } = value as unknown as GroupBody;
  if (typeof name !== 'string' || typeof last !== 'number') throw new TypeError('a group record without name or last index');
  if (typeof hardState?.term !== 'number' || typeof hardState.commit !== 'number') throw new TypeError('a group record without hard state');
  return { name, last, hardState, confState: checkConfState(confState) };
}

/** @throws SyntaxError or TypeError when the body is not what its kind says */
export function decodeConfState(body: Uint8Array): ConfState {
  return checkConfState(parseObject(body) as unknown as ConfState);
}

function parseObject(body: Uint8Array): Readonly<Record<string, unknown>> {
  const value: unknown = JSON.parse(Buffer.from(body.buffer, body.byteOffset, body.length).toString('utf8'));
  if (typeof value !== 'object' || value === null) throw new TypeError('no object');
  return value as Readonly<Record<string, unknown>>;
}

function checkConfState(value: ConfState): ConfState {
  const lists = [value?.voters, value?.learners, value?.votersOutgoing, value?.learnersNext];
  if (!lists.every(Array.isArray) || typeof value.autoLeave !== 'boolean') throw new TypeError('no configuration');
  return value;
}
