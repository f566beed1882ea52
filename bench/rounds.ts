/** Several subjects under the same load, in turn, round after round: what slows the machine for a while slows all of them. */
import type { LoadResult } from './load/plan.ts';
import { ratioOf, type Spread, spreadOf } from './stats.ts';

export interface Subject {
  readonly name: string;
  /** One measurement. What it finds out besides the load goes into `extra`, by name. */
  run(connections: number): Promise<{ readonly load: LoadResult; readonly extra?: Readonly<Record<string, number>> | undefined }>;
}

export interface SubjectResult {
  readonly name: string;
  readonly perSecond: Spread;
  readonly p50Ms: Spread;
  readonly p99Ms: Spread;
  readonly errors: number;
  readonly extra: Readonly<Record<string, Spread>>;
}

export interface Point {
  readonly connections: number;
  readonly subjects: readonly SubjectResult[];
  /** Requests per second of the first subject as a multiple of each other one, by its name. */
  readonly ratios: Readonly<Record<string, Spread>>;
}

export async function measurePoint(subjects: readonly Subject[], connections: number, rounds: number): Promise<Point> {
  const runs = new Map(subjects.map(({ name }) => [name, [] as Awaited<ReturnType<Subject['run']>>[]]));
  for (let round = 0; round < rounds; round += 1) {
    // Whoever begins finds the machine rested: it is another one each time.
    const turn = round % subjects.length;
    for (const subject of [...subjects.slice(turn), ...subjects.slice(0, turn)])
      runs.get(subject.name)?.push(await subject.run(connections));
  }
  const rates = (name: string): readonly number[] => (runs.get(name) ?? []).map(({ load }) => load.perSecond);
  const [first, ...others] = subjects;
  const ratios = Object.fromEntries(others.map(({ name }) => [name, ratioOf(rates(first?.name ?? ''), rates(name))]));
  return { connections, subjects: subjects.map(({ name }) => resultOf(name, runs.get(name) ?? [])), ratios };
}

function resultOf(name: string, runs: readonly Awaited<ReturnType<Subject['run']>>[]): SubjectResult {
  const names = Object.keys(runs[0]?.extra ?? {});
  return {
    name,
    perSecond: spreadOf(runs.map(({ load }) => load.perSecond)),
    p50Ms: spreadOf(runs.map(({ load }) => load.p50Ms)),
    p99Ms: spreadOf(runs.map(({ load }) => load.p99Ms)),
    errors: runs.reduce((sum, { load }) => sum + load.errors, 0),
    extra: Object.fromEntries(names.map((extra) => [extra, spreadOf(runs.map((run) => run.extra?.[extra] ?? Number.NaN))])),
  };
}
