import fc from 'fast-check';
import type { KeyValueInput, KeyValueOutput } from '../models/key-value.ts';
import type { RegisterInput, RegisterOutput } from '../models/register-cas.ts';
import type { Operation } from '../operation.ts';

/** What a process does when it is its turn; `die` leaves an operation without answer, before or after it took effect. */
type Turn<Choice> = { readonly process: number; readonly choice: Choice; readonly die: boolean };

type Stage<Input, Output> = { readonly call: number; readonly input: Input; readonly output: Output | null };

/**
 * Lets processes take turns on one real object: a call, then the effect, then the answer, each on a turn of its own. What comes
 * out is linearizable because each effect happened at one moment.
 */
function play<Choice, Input, Output>(
  turns: readonly Turn<Choice>[],
  inputOf: (choice: Choice) => Input,
  execute: (input: Input) => Output,
): readonly Operation<Input, Output>[] {
  const stages = new Map<number, Stage<Input, Output>>();
  const operations: Operation<Input, Output>[] = [];
  for (const [time, { process, choice, die }] of turns.entries()) {
    const stage = stages.get(process);
    if (stage === undefined) {
      stages.set(process, { call: time, input: inputOf(choice), output: null });
    } else if (die || stage.output !== null) {
      stages.delete(process);
      const output = die ? null : stage.output;
      operations.push({ process: String(process), call: stage.call, return: die ? null : time, input: stage.input, output });
    } else {
      stages.set(process, { ...stage, output: execute(stage.input) });
    }
  }
  for (const [process, { call, input }] of stages) operations.push({ process: String(process), call, return: null, input, output: null });
  return operations;
}

function turnsOf<Choice>(choice: fc.Arbitrary<Choice>, turnsMax: number): fc.Arbitrary<readonly Turn<Choice>[]> {
  const die = fc.integer({ min: 0, max: 9 }).map((lot) => lot === 0);
  return fc.array(fc.record({ process: fc.integer({ min: 0, max: 3 }), choice, die }), { maxLength: turnsMax, size: 'max' });
}

const small = fc.integer({ min: 0, max: 2 });

export const registerInputs: fc.Arbitrary<RegisterInput> = fc.oneof(
  fc.constant({ type: 'read' } as const),
  fc.record({ type: fc.constant('write' as const), value: small }),
  fc.record({ type: fc.constant('cas' as const), old: small, value: small }),
);

/** Histories of a real register. */
export function registerHistories(turnsMax: number): fc.Arbitrary<readonly Operation<RegisterInput, RegisterOutput>[]> {
  return turnsOf(registerInputs, turnsMax).map((turns) => {
    let register: number | null = null;
    return play<RegisterInput, RegisterInput, RegisterOutput>(
      turns,
      (input) => input,
      (input) => {
        if (input.type === 'read') return { kind: 'value', value: register };
        if (input.type === 'cas' && register !== input.old) return { kind: 'failed' };
        register = input.value;
        return { kind: 'done' };
      },
    );
  });
}

/** `back`: how many versions ago the version is that a precondition names, 0 for the newest. */
interface KeyValueChoice {
  readonly type: 'put' | 'delete' | 'read';
  readonly value: string;
  readonly precondition: 'none' | 'absent' | 'version';
  readonly back: number;
}

const keyValueChoices: fc.Arbitrary<KeyValueChoice> = fc.record({
  type: fc.constantFrom('put', 'put', 'delete', 'read', 'read'),
  value: fc.constantFrom('a', 'b'),
  precondition: fc.constantFrom('none', 'none', 'absent', 'version', 'version'),
  back: fc.integer({ min: 0, max: 2 }),
});

const versionAt = (index: number) => ({ term: 1 + (index >> 2), index });

/** Histories of one key of a real store that draws a version for every change; refused changes use up an index too. */
export function keyValueHistories(turnsMax: number): fc.Arbitrary<readonly Operation<KeyValueInput, KeyValueOutput>[]> {
  return turnsOf(keyValueChoices, turnsMax).map((turns) => {
    let index = 0;
    let entry: { readonly value: string; readonly index: number } | null = null;
    return play<KeyValueChoice, KeyValueInput, KeyValueOutput>(
      turns,
      ({ type, value, precondition, back }) => {
        if (type === 'read') return { type, key: 'k' };
        const kind = type === 'delete' && precondition === 'absent' ? 'none' : precondition;
        const named = kind === 'version' ? ({ kind, version: versionAt(Math.max(1, index - back)) } as const) : ({ kind } as const);
        return type === 'put' ? { type, key: 'k', value, precondition: named } : { type, key: 'k', precondition: named };
      },
      (input) => {
        if (input.type === 'read') {
          return entry === null ? { kind: 'absent' } : { kind: 'found', value: entry.value, version: versionAt(entry.index) };
        }
        index++;
        if (input.type === 'delete' && entry === null) return { kind: 'absent' };
        if (input.precondition.kind === 'absent' && entry !== null) return { kind: 'conflict' };
        if (input.precondition.kind === 'version' && entry?.index !== input.precondition.version.index) return { kind: 'conflict' };
        entry = input.type === 'put' ? { value: input.value, index } : null;
        return { kind: 'written', version: versionAt(index) };
      },
    );
  });
}
