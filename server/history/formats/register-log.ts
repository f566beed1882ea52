import type { RegisterInput, RegisterOutput } from '../models/register-cas.ts';
import type { Operation } from '../operation.ts';
import { OpenCalls } from './open-calls.ts';
import { numberedLines, UnreadableHistory } from './unreadable.ts';

const EVENT = /^INFO +jepsen\.util +- +(\d+)\t:(invoke|ok|fail|info)\t:(read|write|cas)\t(.+)$/;
/** Faults that were injected are logged by the same tool; they are no operations. */
const NEMESIS = /^INFO +jepsen\.util +- +:nemesis\t:info\t:[a-z-]+\t.*$/;
const NUMBER = /^-?\d{1,15}$/;
const PAIR = /^\[(-?\d{1,15}) (-?\d{1,15})\]$/;

const FORM = '"INFO  jepsen.util - PROCESS<tab>:invoke|:ok|:fail|:info<tab>:read|:write|:cas<tab>VALUE"';

type Kind = RegisterInput['type'];

/** The request that a value spells; null when it spells none. */
function inputOf(kind: Kind, value: string): RegisterInput | null {
  if (kind === 'read') return value === 'nil' ? { type: 'read' } : null;
  if (kind === 'write') return NUMBER.test(value) ? { type: 'write', value: Number(value) } : null;
  const pair = PAIR.exec(value);
  return pair === null ? null : { type: 'cas', old: Number(pair[1]), value: Number(pair[2]) };
}

const EXPECTED: Readonly<Record<Kind, string>> = { read: 'nil', write: 'a number', cas: 'a pair of numbers, [OLD NEW]' };

function isSameInput(a: RegisterInput | null, b: RegisterInput): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/**
 * Reads a log of Jepsen's etcd test (`etcd_NNN.log`): one register, an event per line, tabs between the fields.
 *
 * `:fail` of a cas is an observation: the register did not hold the old value. `:info`, and a read that failed for want of
 * time, leave the outcome open.
 *
 * @throws UnreadableHistory
 */
export function readRegisterLog(text: string): readonly Operation<RegisterInput, RegisterOutput>[] {
  const calls = new OpenCalls<RegisterInput, RegisterOutput>();
  let events = 0;
  for (const [line, content] of numberedLines(text)) {
    if (NEMESIS.test(content)) continue;
    const [, process, type, kindText, value] = EVENT.exec(content) ?? [];
    if (process === undefined || type === undefined || kindText === undefined || value === undefined)
      throw new UnreadableHistory(line, FORM, content);
    const kind = kindText as Kind;
    events++;
    if (type === 'invoke') {
      const input = inputOf(kind, value);
      if (input === null) throw new UnreadableHistory(line, `${EXPECTED[kind]} as the value of a ${kind}`, content);
      calls.call(line, process, input, content);
    } else if (type === 'info' || (type === 'fail' && kind === 'read')) {
      if (value !== ':timed-out') throw new UnreadableHistory(line, ':timed-out as the value of an outcome that stays open', content);
      calls.answer(line, process, (input) => input.type === kind, null, content);
    } else {
      const { output, matches } = answerOf(line, type === 'fail', kind, value, content);
      calls.answer(line, process, matches, output, content);
    }
  }
  if (events === 0) throw new UnreadableHistory(1, 'at least one operation', text);
  return calls.operations();
}

function answerOf(
  line: number,
  failed: boolean,
  kind: Kind,
  value: string,
  content: string,
): { readonly output: RegisterOutput; readonly matches: (input: RegisterInput) => boolean } {
  if (kind === 'read') {
    if (value !== 'nil' && !NUMBER.test(value)) throw new UnreadableHistory(line, 'nil or a number as the value that was read', content);
    const output = { kind: 'value', value: value === 'nil' ? null : Number(value) } as const;
    return { output, matches: (input) => input.type === 'read' };
  }
  if (failed && kind === 'write') throw new UnreadableHistory(line, ':ok or :info as the outcome of a write', content);
  return { output: { kind: failed ? 'failed' : 'done' }, matches: (input) => isSameInput(inputOf(kind, value), input) };
}
