import type { AppendInput, AppendOutput } from '../models/kv-append.ts';
import type { Operation } from '../operation.ts';
import { OpenCalls } from './open-calls.ts';
import { numberedLines, UnreadableHistory } from './unreadable.ts';

const EVENT =
  /^\{:process (\d+), :type :(invoke|ok|info), :f :(get|put|append), :key ("(?:[^"\\]|\\.)*"), :value (nil|:timed-out|"(?:[^"\\]|\\.)*")\}$/;

const FORM = '{:process N, :type :invoke|:ok|:info, :f :get|:put|:append, :key "KEY", :value nil|"VALUE"|:timed-out}';

/** A quoted text; null when an escape in it is none that both this notation and JSON have. */
function textOf(quoted: string): string | null {
  try {
    return JSON.parse(quoted) as string;
  } catch {
    return null;
  }
}

/**
 * Reads a log of a key-value store with append (`kv_*.txt`): an event per line, each a map with these five fields in this order.
 * `:info` leaves the outcome open.
 *
 * @throws UnreadableHistory
 */
export function readKvText(text: string): readonly Operation<AppendInput, AppendOutput>[] {
  const calls = new OpenCalls<AppendInput, AppendOutput>();
  for (const [line, content] of numberedLines(text)) {
    const [, process, type, kind, quotedKey, rawValue] = EVENT.exec(content) ?? [];
    if (process === undefined || kind === undefined || quotedKey === undefined || rawValue === undefined)
      throw new UnreadableHistory(line, FORM, content);
    const key = textOf(quotedKey);
    const value = rawValue.startsWith('"') ? textOf(rawValue) : null;
    if (key === null || (value === null && rawValue.startsWith('"')))
      throw new UnreadableHistory(line, 'a text with known escapes', content);
    const isValueMissing = value === null;
    if (type === 'info') {
      calls.answer(line, process, (input) => input.type === kind && input.key === key, null, content);
    } else if (rawValue === ':timed-out') {
      throw new UnreadableHistory(line, ':timed-out only with :type :info', content);
    } else if (kind === 'get') {
      if (isValueMissing !== (type === 'invoke'))
        throw new UnreadableHistory(line, 'nil in the call of a get, a text in its answer', content);
      if (type === 'invoke') calls.call(line, process, { type: 'get', key }, content);
      else
        calls.answer(line, process, (input) => input.type === 'get' && input.key === key, { kind: 'value', value: value ?? '' }, content);
    } else {
      if (isValueMissing) throw new UnreadableHistory(line, `a text as the value of a ${kind}`, content);
      const input: AppendInput = { type: kind === 'put' ? 'put' : 'append', key, value };
      if (type === 'invoke') calls.call(line, process, input, content);
      else calls.answer(line, process, (called) => JSON.stringify(called) === JSON.stringify(input), { kind: 'done' }, content);
    }
  }
  return calls.operations();
}
