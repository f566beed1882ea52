import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkLinearizable } from './linearizability.ts';
import { KEY_VALUE, type KeyValueOutput } from './models/key-value.ts';
import { KV_APPEND, type AppendInput, type AppendOutput } from './models/kv-append.ts';
import { REGISTER_CAS, type RegisterInput, type RegisterOutput } from './models/register-cas.ts';
import { DEFAULT_LIMITS, type Model, type Operation } from './operation.ts';
import { searchOrder } from './search.ts';
import { faultOfOrder, isLinearizableByTrying } from './testing/brute-force.ts';
import { keyValueHistories, registerHistories, registerInputs } from './testing/concurrent-histories.ts';

/** Judges with both, and says which verdict; the evidence must hold water too. */
function judgeTwice<State, Input, Output>(model: Model<State, Input, Output>, history: readonly Operation<Input, Output>[]): boolean {
  const verdict = checkLinearizable(model, history);
  const expected = isLinearizableByTrying(model, history);
  expect(verdict.kind).toBe(expected ? 'linearizable' : 'violation');
  if (verdict.kind === 'violation') {
    // The culprit is the first answer that breaks it: without it the rest of what was known then is fine.
    const before = history
      .filter(({ call }) => call < verdict.culprit.return!)
      .map((known) => (known.return !== null && known.return < verdict.culprit.return! ? known : { ...known, return: null, output: null }));
    expect(isLinearizableByTrying(model, before)).toBe(true);
    const order = verdict.order.map((done) => before.find(({ call, process }) => call === done.call && process === done.process)!);
    expect(faultOfOrder(model, before, order)).toBe(null);
  } else {
    const outcome = searchOrder(model, history, DEFAULT_LIMITS);
    expect(outcome.kind === 'order' && faultOfOrder(model, history, outcome.order)).toBe(null);
  }
  return expected;
}

/** Gives one answered operation, chosen by lot, another answer. */
function withAnotherAnswer<Input, Output>(
  history: readonly Operation<Input, Output>[],
  lot: number,
  output: Output,
): readonly Operation<Input, Output>[] {
  const answered = history.filter((operation) => operation.return !== null);
  const chosen = answered[lot % Math.max(1, answered.length)];
  return history.map((operation) => (operation === chosen ? { ...operation, output } : operation));
}

const lots = fc.nat({ max: 1000 });

const registerOutputs: fc.Arbitrary<RegisterOutput> = fc.oneof(
  fc.record({ kind: fc.constant('value' as const), value: fc.option(fc.integer({ min: 0, max: 2 })) }),
  fc.constantFrom({ kind: 'done' } as const, { kind: 'failed' } as const),
);

const keyValueOutputs: fc.Arbitrary<KeyValueOutput> = fc.oneof(
  fc.constantFrom({ kind: 'conflict' } as const, { kind: 'absent' } as const),
  fc.record({
    kind: fc.constant('found' as const),
    value: fc.constantFrom('a', 'b'),
    version: fc.integer({ min: 1, max: 6 }).map((index) => ({ term: 1 + (index >> 2), index })),
  }),
);

/** Times and answers drawn at random: mostly nonsense, some of it linearizable. */
function randomHistories<Input, Output>(
  operation: fc.Arbitrary<{ readonly input: Input; readonly output: Output }>,
): fc.Arbitrary<readonly Operation<Input, Output>[]> {
  const drawn = fc.record({ operation, call: fc.nat({ max: 12 }), length: fc.nat({ max: 8 }), isOpen: fc.boolean() });
  return fc.array(drawn, { maxLength: 7 }).map((all) =>
    all.map(({ operation: { input, output }, call, length, isOpen }, at) => ({
      process: String(at),
      call,
      return: isOpen ? null : call + length,
      input,
      output: isOpen ? null : output,
    })),
  );
}

const plausibleRegister = registerInputs.chain((input) =>
  registerOutputs
    .filter(({ kind }) => (input.type === 'read' ? kind === 'value' : kind === 'done' || (kind === 'failed' && input.type === 'cas')))
    .map((output) => ({ input, output })),
);

const plausibleAppend: fc.Arbitrary<{ readonly input: AppendInput; readonly output: AppendOutput }> = fc
  .tuple(fc.constantFrom('get', 'put', 'append'), fc.constantFrom('a', 'b'), fc.constantFrom('', 'a', 'b', 'ab', 'aab', 'aa'))
  .map(([type, value, read]) =>
    type === 'get'
      ? { input: { type, key: 'k' }, output: { kind: 'value', value: read } }
      : { input: { type, key: 'k', value }, output: { kind: 'done' } },
  );

describe('the search agrees with the definition', () => {
  test('when histories come from a real register', () => {
    fc.assert(
      fc.property(registerHistories(300), (history) => {
        expect(checkLinearizable(REGISTER_CAS, history).kind).toBe('linearizable');
      }),
      { numRuns: 150 },
    );
  });

  test('when a read of such a history saw what nobody wrote', () => {
    let caught = 0;
    fc.assert(
      fc.property(registerHistories(300), lots, (history, lot) => {
        const reads = history.filter(({ input, return: returned }) => input.type === 'read' && returned !== null);
        const wrong = reads[lot % Math.max(1, reads.length)];
        if (wrong === undefined) return;
        const mutated = history.map((operation) =>
          operation === wrong ? { ...operation, output: { kind: 'value' as const, value: 99 } } : operation,
        );
        const verdict = checkLinearizable(REGISTER_CAS, mutated);
        expect(verdict.kind === 'violation' && verdict.culprit.call).toBe(wrong.call);
        caught++;
      }),
      { numRuns: 100 },
    );
    expect(caught).toBeGreaterThan(50);
  });

  test('when one answer of a short history of a register is changed', () => {
    const seen = { true: 0, false: 0 };
    fc.assert(
      fc.property(registerHistories(20), lots, registerOutputs, (history, lot, output) => {
        seen[`${judgeTwice(REGISTER_CAS, withAnotherAnswer(history, lot, output))}`]++;
      }),
      { numRuns: 600 },
    );
    expect(Math.min(seen.true, seen.false)).toBeGreaterThan(60);
  });

  test('when operations on a register are drawn at random', () => {
    const seen = { true: 0, false: 0 };
    fc.assert(
      fc.property(randomHistories<RegisterInput, RegisterOutput>(plausibleRegister), (history) => {
        seen[`${judgeTwice(REGISTER_CAS, history)}`]++;
      }),
      { numRuns: 1500 },
    );
    expect(Math.min(seen.true, seen.false)).toBeGreaterThan(100);
  });

  test('when operations with append are drawn at random', () => {
    const seen = { true: 0, false: 0 };
    fc.assert(
      fc.property(randomHistories(plausibleAppend), (history) => {
        seen[`${judgeTwice(KV_APPEND, history)}`]++;
      }),
      { numRuns: 1000 },
    );
    expect(Math.min(seen.true, seen.false)).toBeGreaterThan(100);
  });

  test('when histories come from a real key with versions', () => {
    fc.assert(
      fc.property(keyValueHistories(300), (history) => {
        expect(checkLinearizable(KEY_VALUE, history).kind).toBe('linearizable');
      }),
      { numRuns: 150 },
    );
  });

  test('when one answer of a short history of such a key is changed', () => {
    const seen = { true: 0, false: 0 };
    fc.assert(
      fc.property(keyValueHistories(18), lots, keyValueOutputs, (history, lot, output) => {
        seen[`${judgeTwice(KEY_VALUE, withAnotherAnswer(history, lot, output))}`]++;
      }),
      { numRuns: 600 },
    );
    expect(Math.min(seen.true, seen.false)).toBeGreaterThan(40);
  });
});
