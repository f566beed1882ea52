/** What `npm run bench` is asked for. */
import { parseArgs } from 'node:util';

export const PARTS = ['a', 'b', 'c', 'd', 'e', 'f', 'g'] as const;
export type Part = (typeof PARTS)[number];

/** The others kill nodes and take minutes: they are asked for by name. */
const DEFAULT_PARTS: readonly Part[] = ['a', 'b', 'c', 'd'];

export interface Options {
  readonly json: boolean;
  readonly only: readonly Part[];
  /** Of one measurement of one subject. */
  readonly seconds: number;
  readonly rounds: number;
  /** Writes of part (c), per kind of read. */
  readonly samples: number;
  /** Of load on the pages in part (d). */
  readonly pageSeconds: number;
  /** Leaders that are killed in part (e). */
  readonly kills: number;
  /** Writes that a follower misses in part (f). */
  readonly missed: number;
  /** Size of the state that is copied in part (g), in megabytes. */
  readonly copyMb: number;
  /** Root of another built checkout that runs along in (a), (b) and (c). */
  readonly against: string | null;
}

export const USAGE = `usage: npm run bench -- [options]

  --only a,b,c,d   parts: token reads, durable writes, added wait, timer lateness;
                   by name only: e the death of a leader, f coming back from log and copy, g a large copy
  --quick          one short round of everything, about a minute and a half
  --seconds N      of each measurement (2)
  --rounds N       of each point; medians are of these (3)
  --kills N        of leaders, in (e) (20)
  --missed N       writes, in (f) (100000)
  --copy-mb N      of state, in (g) (1024)
  --against DIR    another built checkout, measured in turn with this one
  --json           one JSON document instead of tables
`;

export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** @throws UsageError */
export function parseOptions(argv: readonly string[]): Options {
  const { values } = parse(argv);
  const quick = values.quick === true;
  return {
    json: values.json === true,
    only: partsOf(values.only ?? DEFAULT_PARTS.join(',')),
    seconds: whole('seconds', values.seconds ?? '2'),
    rounds: whole('rounds', values.rounds ?? (quick ? '1' : '3')),
    samples: quick ? 600 : 2_000,
    pageSeconds: quick ? 12 : 30,
    kills: whole('kills', values.kills ?? '20'),
    missed: whole('missed', values.missed ?? '100000'),
    copyMb: whole('copy-mb', values['copy-mb'] ?? '1024'),
    against: values.against ?? null,
  };
}

function parse(argv: readonly string[]): {
  readonly values: {
    json?: boolean;
    quick?: boolean;
    only?: string;
    seconds?: string;
    rounds?: string;
    kills?: string;
    missed?: string;
    'copy-mb'?: string;
    against?: string;
  };
} {
  try {
    return parseArgs({
      args: [...argv],
      options: {
        json: { type: 'boolean' },
        quick: { type: 'boolean' },
        only: { type: 'string' },
        seconds: { type: 'string' },
        rounds: { type: 'string' },
        kills: { type: 'string' },
        missed: { type: 'string' },
        'copy-mb': { type: 'string' },
        against: { type: 'string' },
      },
    });
  } catch (cause) {
    throw new UsageError(cause instanceof Error ? cause.message : String(cause), { cause });
  }
}

function partsOf(text: string): readonly Part[] {
  return text.split(',').map((name) => {
    const part = PARTS.find((known) => known === name);
    if (part === undefined) throw new UsageError(`there is no part ${name}`);
    return part;
  });
}

function whole(name: string, text: string): number {
  if (!/^[1-9][0-9]{0,5}$/.test(text)) throw new UsageError(`--${name} takes a whole number from 1 to 999999`);
  return Number(text);
}
