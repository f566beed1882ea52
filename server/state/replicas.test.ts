/** Properties over random logs: replicas agree, whatever the batches; and a map in memory says what the answers must be. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SqliteStateMachine } from './sqlite-state-machine.ts';
import { ALL_CHANGES, ALL_ENTRIES, EXPIRE_NOTHING, GENESIS, Harness, START_MS, TestLog, del, put, write } from './testing/harness.ts';
import type { ApplyInput, CommandBody, Operation } from './types.ts';
import type { WatchChange } from './watch-types.ts';

const NAMESPACES = ['a', 'a/b', 'ab'];
const KEYS = ['x', 'y', 'ö', '𝄞'];

type Step = { readonly body: CommandBody; readonly scope: string | null } | 'new-term';

const namespace = fc.constantFrom(...NAMESPACES);
const key = fc.constantFrom(...KEYS);
const operation: fc.Arbitrary<Operation> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc
      .tuple(key, fc.string({ maxLength: 5 }), fc.constantFrom(undefined, true))
      .map(([k, v, ifAbsent]) => put(k, v, { ifAbsent })),
  },
  { weight: 1, arbitrary: key.map((k) => del(k)) },
);
const writeBody = fc
  .tuple(namespace, fc.uniqueArray(operation, { minLength: 1, maxLength: 4, selector: (one) => one.key }), fc.boolean())
  .map(([n, operations, createNamespace]): CommandBody => write(n, operations, { createNamespace }));
const body: fc.Arbitrary<CommandBody> = fc.oneof(
  { weight: 12, arbitrary: writeBody },
  {
    weight: 2,
    arbitrary: fc.record({
      type: fc.constant('restore' as const),
      namespace,
      key,
      revision: fc.integer({ min: 1, max: 5 }),
      message: fc.constant(''),
    }),
  },
  { weight: 1, arbitrary: namespace.map((n): CommandBody => ({ type: 'delete-namespace', namespace: n })) },
  { weight: 1, arbitrary: namespace.map((n): CommandBody => ({ type: 'put-namespace', namespace: n, description: 'd', owner: null })) },
);
const retention: fc.Arbitrary<CommandBody> = fc
  .record({ revisionsPerKey: fc.integer({ min: 1, max: 4 }), age: fc.nat(60), rowsMax: fc.integer({ min: 1, max: 20 }) })
  .map(({ revisionsPerKey, age, rowsMax }) => ({
    ...EXPIRE_NOTHING,
    revisionsPerKey,
    revisionsBeforeMs: START_MS + age,
    auditBeforeMs: START_MS + age,
    rowsMax,
  }));

function steps(bodies: fc.Arbitrary<CommandBody>): fc.Arbitrary<readonly Step[]> {
  const scope = fc.option(fc.constantFrom('s1', 's2', 's3'), { freq: 3 });
  const command = fc.record({ body: bodies, scope });
  return fc.array(fc.oneof({ weight: 15, arbitrary: command }, { weight: 1, arbitrary: fc.constant('new-term' as const) }), {
    maxLength: 60,
  });
}

function logOf(all: readonly Step[]): readonly ApplyInput[] {
  const log = new TestLog();
  for (const step of all) {
    if (step === 'new-term') log.newTerm();
    else log.command(step.body, { idempotency: step.scope === null ? null : { scope: step.scope, request: 'r' } });
  }
  return log.entries;
}

describe('replicas', () => {
  test('have equal content after the same log, however it was cut into batches', () => {
    fc.assert(
      fc.property(
        steps(fc.oneof({ weight: 10, arbitrary: body }, { weight: 1, arbitrary: retention })),
        fc.array(fc.integer({ min: 1, max: 20 })),
        (all, sizes) => {
          const inputs = logOf(all);
          const one = SqliteStateMachine.open(':memory:', { create: GENESIS });
          const singly = inputs.flatMap((input) => one.apply([input]));
          const other = SqliteStateMachine.open(':memory:', { create: GENESIS });
          const batched = [];
          for (let from = 0, turn = 0; from < inputs.length; turn++) {
            const size = sizes[turn] ?? inputs.length;
            batched.push(...other.apply(inputs.slice(from, from + size)));
            from += size;
          }
          expect(batched).toEqual(singly);
          expect(other.hash()).toBe(one.hash());
          one.close();
          other.close();
        },
      ),
      { numRuns: 30 },
    );
  });

  test('have different content when one value differs', () => {
    fc.assert(
      fc.property(steps(body), (all) => {
        const inputs = logOf([...all, { body: write('a', [put('x', 'one')]), scope: null }]);
        const differing = logOf([...all, { body: write('a', [put('x', 'two')]), scope: null }]);
        const [one, two] = [inputs, differing].map((log) => {
          const machine = SqliteStateMachine.open(':memory:', { create: GENESIS });
          machine.apply(log);
          const hash = machine.hash();
          machine.close();
          return hash;
        });
        expect(one).not.toBe(two);
      }),
      { numRuns: 20 },
    );
  });
});

interface ModelEntry {
  readonly revisions: (string | null)[];
}

/** What the specification says, in the plainest terms: lists of revisions by namespace and key. */
class Model {
  readonly #entries = new Map<string, ModelEntry>();
  readonly #namespaces = new Set<string>();
  readonly #answers = new Map<string, string>();

  #entry(n: string, k: string): ModelEntry {
    const id = `${n}\n${k}`;
    const entry = this.#entries.get(id) ?? { revisions: [] };
    this.#entries.set(id, entry);
    return entry;
  }

  value(n: string, k: string): string | null {
    return this.#entry(n, k).revisions.at(-1) ?? null;
  }

  revisionCount(n: string, k: string): number {
    return this.#entry(n, k).revisions.length;
  }

  hasNamespace(n: string): boolean {
    return this.#namespaces.has(n);
  }

  /** Entries of a namespace in code point order of key. */
  entries(n: string): readonly (readonly [string, string])[] {
    const all = KEYS.map((k) => [k, this.value(n, k)] as const).filter((pair): pair is readonly [string, string] => pair[1] !== null);
    return all.toSorted(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  }

  run(step: Exclude<Step, 'new-term'>): string {
    const before = step.scope === null ? undefined : this.#answers.get(step.scope);
    // Every step proposes the same request hash, so a scope that was seen is always a repetition.
    if (before !== undefined) return before;
    const answer = this.#perform(step.body);
    if (step.scope !== null) this.#answers.set(step.scope, answer);
    return answer;
  }

  #perform(command: CommandBody): string {
    switch (command.type) {
      case 'write':
        return this.#write(command);
      case 'restore': {
        if (!this.hasNamespace(command.namespace)) return 'namespace-not-found';
        const { revisions } = this.#entry(command.namespace, command.key);
        if (revisions.length === 0) return 'entry-not-found';
        const old = revisions[command.revision - 1];
        if (old === undefined || old === null) return 'revision-not-found';
        revisions.push(old);
        return 'written';
      }
      case 'put-namespace':
        this.#namespaces.add(command.namespace);
        return 'namespace';
      case 'delete-namespace':
        if (!this.#namespaces.delete(command.namespace)) return 'namespace-not-found';
        for (const [k] of this.entries(command.namespace)) this.#entry(command.namespace, k).revisions.push(null);
        return 'namespace-deleted';
      default:
        throw new Error(`the model does not know ${command.type}`);
    }
  }

  #write(command: Extract<CommandBody, { type: 'write' }>): string {
    const n = command.namespace;
    if (!this.hasNamespace(n) && !command.createNamespace) return 'namespace-not-found';
    for (const one of command.operations) {
      const live = this.value(n, one.key) !== null;
      if (one.ifAbsent === true && live) return 'version-conflict';
      if (one.op === 'delete' && !live) return 'entry-not-found';
    }
    this.#namespaces.add(n);
    for (const one of command.operations) this.#entry(n, one.key).revisions.push(one.op === 'put' ? one.value : null);
    return 'written';
  }
}

describe('a machine', () => {
  test('answers every command and query as the model does', () => {
    fc.assert(
      fc.property(steps(body), (all) => {
        const h = new Harness();
        const model = new Model();
        for (const step of all) {
          if (step === 'new-term') {
            h.apply(h.log.newTerm());
            continue;
          }
          const options = { idempotency: step.scope === null ? null : { scope: step.scope, request: 'r' } };
          expect(h.outcome(step.body, options)).toBe(model.run(step));
        }
        for (const n of NAMESPACES) {
          const { rows, namespaceExists } = h.ask('entries', { namespace: n, ...ALL_ENTRIES });
          expect(rows.map((row) => [row.key, row.value])).toEqual(model.entries(n));
          expect(namespaceExists).toBe(model.hasNamespace(n));
          expect(h.ask('namespace', { namespace: n })?.entries ?? null).toBe(model.hasNamespace(n) ? model.entries(n).length : null);
          for (const k of KEYS) {
            expect(h.value(n, k) ?? null).toBe(model.value(n, k));
            expect(h.ask('history', { namespace: n, key: k, beforeRevision: null, rowsMax: 100 }).rows[0]?.revision ?? 0).toBe(
              model.revisionCount(n, k),
            );
          }
        }
        h.machine.close();
      }),
      { numRuns: 50 },
    );
  });

  test('lists every state it has been in, as of its index', () => {
    fc.assert(
      fc.property(steps(body), (all) => {
        const h = new Harness();
        const states: string[][] = [];
        const look = (asOf: number | null): string[] =>
          NAMESPACES.map((n) => JSON.stringify(h.ask('entries', { namespace: n, ...ALL_ENTRIES, asOf }).rows));
        states.push(look(null));
        for (const input of logOf(all)) {
          h.apply(input);
          states.push(look(null));
        }
        for (const [index, state] of states.entries()) expect(look(index)).toEqual(state);
        h.machine.close();
      }),
      { numRuns: 20 },
    );
  });

  test('tells every change in order, so that a watcher who follows along holds the same entries', () => {
    fc.assert(
      fc.property(steps(body), fc.integer({ min: 1, max: 4 }), (all, rowsMax) => {
        const h = new Harness();
        h.machine.apply(logOf(all));
        const copy = new Map<string, string>();
        const follow = (change: WatchChange): void => {
          const id = `${change.namespace}\n${change.key}`;
          if (change.op === 'put') copy.set(id, change.value as string);
          else if (change.op === 'delete') copy.delete(id);
          else for (const one of copy.keys()) if (one.startsWith(`${change.namespace}\n`)) copy.delete(one);
        };
        let afterIndex = 0;
        for (let more = true; more;) {
          const page = h.ask('changes', { ...ALL_CHANGES, afterIndex, rowsMax });
          if (page.kind === 'compacted') throw new Error('nothing has expired');
          for (const command of page.commands) {
            expect(command.position.index).toBeGreaterThan(afterIndex);
            afterIndex = command.position.index;
            for (const change of command.changes) follow(change);
          }
          afterIndex = page.upTo.index;
          ({ more } = page);
        }
        expect(afterIndex).toBe(h.machine.applied().index);
        const held = NAMESPACES.flatMap((n) =>
          h.ask('entries', { namespace: n, ...ALL_ENTRIES }).rows.map((row) => [`${n}\n${row.key}`, row.value]),
        );
        expect(new Map(held as [string, string][])).toEqual(copy);
        h.machine.close();
      }),
      { numRuns: 30 },
    );
  });

  test('after retention answers as of an index rightly or says that it cannot', () => {
    fc.assert(
      fc.property(steps(body), retention, (all, expire) => {
        const h = new Harness();
        const kept = new Harness();
        for (const input of logOf(all)) {
          h.apply(input);
          kept.apply(input);
        }
        h.log.index = h.machine.applied().index;
        h.log.term = h.machine.applied().term;
        h.log.ms = START_MS + 1000;
        h.run(expire);
        for (let asOf = 0; asOf <= kept.machine.applied().index; asOf++) {
          for (const n of NAMESPACES) {
            const answer = h.ask('entries', { namespace: n, ...ALL_ENTRIES, asOf });
            if (!answer.asOfGone) expect(answer.rows).toEqual(kept.ask('entries', { namespace: n, ...ALL_ENTRIES, asOf }).rows);
            else expect(asOf).toBeLessThan(kept.machine.applied().index);
          }
        }
        h.machine.close();
        kept.machine.close();
      }),
      { numRuns: 20 },
    );
  });
});
