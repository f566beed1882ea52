/** Runs of many seeds, and what is said of one that failed. */
import { type FaultKind, FAULT_KINDS, type ProfileOverrides } from './profile.ts';
import { simulate, type SimulationOptions, type SimulationResult } from './simulation.ts';

export interface Runs {
  readonly from: number;
  readonly count: number;
  readonly overrides?: ProfileOverrides | undefined;
  readonly say: (line: string) => void;
}

/** Sums over runs. */
export interface Tally {
  runs: number;
  events: number;
  wallMs: number;
  counts: SimulationResult['counts'];
}

const ZERO: SimulationResult['counts'] = {
  writes: 0,
  unknown: 0,
  tokenReads: 0,
  linearizableReads: 0,
  conflicts: 0,
  replays: 0,
  committed: 0,
  leaders: 0,
  installs: 0,
  crashes: 0,
  changes: 0,
  losses: 0,
};

function added(a: Tally['counts'], b: Tally['counts']): Tally['counts'] {
  return Object.fromEntries(
    Object.entries(a).map(([name, value]) => [name, value + b[name as keyof Tally['counts']]]),
  ) as unknown as Tally['counts'];
}

/** Runs seeds until one fails. @returns the tally, and the failure if there was one */
export async function runSeeds(
  from: number,
  count: number,
  overrides: ProfileOverrides = {},
  each: (tally: Tally) => void = () => undefined,
): Promise<{ readonly tally: Tally; readonly failure: SimulationResult | null }> {
  const tally: Tally = { runs: 0, events: 0, wallMs: 0, counts: ZERO };
  const startedMs = performance.now();
  for (let seed = from; seed < from + count; seed += 1) {
    const result = await simulate({ ...overrides, seed });
    tally.runs += 1;
    tally.events += result.events;
    tally.counts = added(tally.counts, result.counts);
    tally.wallMs = performance.now() - startedMs;
    if (result.alarm !== null) return { tally, failure: result };
    each(tally);
  }
  return { tally, failure: null };
}

export function describeTally({ runs, events, wallMs, counts }: Tally): string {
  const sums = Object.entries(counts).map(([name, value]) => `${value} ${name}`);
  return `${runs} seeds, ${events} events, ${Math.round(events / (wallMs / 1000))} events/s: ${sums.join(', ')}`;
}

/** Runs one seed and prints the last lines of its trace. @returns its alarm */
export async function replay(options: SimulationOptions, lines: number, say: (line: string) => void): Promise<Error | null> {
  const last: string[] = [];
  const result = await simulate({
    ...options,
    trace: (line) => {
      last.push(line);
      if (last.length > lines) last.shift();
    },
  });
  for (const line of last) say(line);
  const faults = result.profile.faults.map(({ kind }) => kind).join(', ');
  say(
    `seed ${result.seed}: ${result.profile.nodes} nodes, state machine ${result.profile.kind.name}, faults ${faults === '' ? 'none' : faults}`,
  );
  say(`${result.events} events in ${(result.atMs / 1000).toFixed(1)} virtual seconds, trace ${result.traceHash.toString(16)}`);
  say(result.alarm === null ? 'every promise was kept' : `ALARM: ${result.alarm.stack ?? result.alarm.message}`);
  return result.alarm;
}

/** Leaves out one kind of fault after the other, as long as the seed still fails. */
export async function shorten(options: SimulationOptions): Promise<ReadonlySet<FaultKind>> {
  let without = new Set(options.without);
  for (const kind of FAULT_KINDS) {
    const fewer = new Set([...without, kind]);
    const { alarm } = await simulate({ ...options, without: fewer });
    if (alarm !== null) without = fewer;
  }
  return without;
}

/** The command that replays a run. */
export function replayCommand(seed: number, without: ReadonlySet<FaultKind>, { kind, groups = 0, members }: ProfileOverrides): string {
  return `npm run sim -- --seed ${seed}${kind === undefined ? '' : ` --state ${kind}`}${groups === 0 ? '' : ` --groups ${groups}`}${members === true ? ' --members' : ''}${without.size === 0 ? '' : ` --without ${[...without].join(',')}`}`;
}

/** Runs many seeds; what fails is replayed and shortened. */
export async function runMany({ from, count, overrides = {}, say }: Runs): Promise<SimulationResult | null> {
  const { tally, failure } = await runSeeds(from, count, overrides, (now) => {
    if (now.runs % 200 === 0) say(describeTally(now));
  });
  say(describeTally(tally));
  if (failure === null) return null;
  await replay({ ...overrides, seed: failure.seed }, 40, say);
  const without = await shorten({ ...overrides, seed: failure.seed });
  say(`replay: ${replayCommand(failure.seed, overrides.without ?? new Set(), overrides)}`);
  if (without.size > 0) say(`with fewer faults: ${replayCommand(failure.seed, without, overrides)}`);
  return failure;
}
