/** What `npm run bench` is asked for. */
import { parseArgs } from 'node:util';

export const PARTS = ['a', 'b', 'c', 'd'] as const;
export type Part = (typeof PARTS)[number];

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
  /** Root of another built checkout that runs along in (a), (b) and (c). */
  readonly against: string | null;
}

export const USAGE = `usage: npm run bench -- [options]

  --only a,b,c,d   parts: token reads, durable writes, added wait, timer lateness
  --quick          one short round of everything, about a minute and a half
  --seconds N      of each measurement (2)
  --rounds N       of each point; medians are of these (3)
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
    only: partsOf(values.only ?? PARTS.join(',')),
    seconds: whole('seconds', values.seconds ?? '2'),
    rounds: whole('rounds', values.rounds ?? (quick ? '1' : '3')),
    samples: quick ? 600 : 2_000,
    pageSeconds: quick ? 12 : 30,
    against: values.against ?? null,
  };
}

function parse(argv: readonly string[]): {
  readonly values: { json?: boolean; quick?: boolean; only?: string; seconds?: string; rounds?: string; against?: string };
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
  if (!/^[1-9][0-9]{0,2}$/.test(text)) throw new UsageError(`--${name} takes a whole number from 1 to 999`);
  return Number(text);
}
