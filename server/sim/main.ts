/** `npm run sim -- --seed N` replays one seed with a readable trace; `-- --seeds 1000 --from 1` runs many. */
import { parseArgs } from 'node:util';
import { FAULT_KINDS, type FaultKind, type ProfileOverrides } from './profile.ts';
import { replay, runMany } from './runs.ts';

const USAGE = `npm run sim -- --seed N [--lines 200]        one seed, with the last lines of its trace
npm run sim -- --seeds N [--from 1]          many seeds; stops at the first alarm, replays and shortens it
  --state sqlite|reference                   the state machine of all seeds, instead of a drawn one
  --groups 2                                 so many groups besides the main one, instead of none
  --members                                  disks are lost and replaced, members removed and added again
  --without pause,split                      leaves kinds of faults out (${FAULT_KINDS.join(', ')})`;

function isFault(word: string): word is FaultKind {
  return (FAULT_KINDS as readonly string[]).includes(word);
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      seed: { type: 'string' },
      seeds: { type: 'string' },
      from: { type: 'string' },
      lines: { type: 'string' },
      state: { type: 'string' },
      groups: { type: 'string' },
      members: { type: 'boolean' },
      without: { type: 'string' },
      help: { type: 'boolean' },
    },
  });
  const without = (values.without ?? '').split(',').filter((word) => word !== '');
  const kind = values.state;
  const known = kind === undefined || kind === 'sqlite' || kind === 'reference';
  if (values.help === true || !without.every(isFault) || !known) {
    console.log(USAGE);
    return 2;
  }
  const { groups = '0', members } = values;
  const overrides: ProfileOverrides = { kind, groups: Number(groups), members, without: new Set(without.filter(isFault)) };
  if (values.seed !== undefined)
    return (await replay({ ...overrides, seed: Number(values.seed) }, Number(values.lines ?? 200), console.log)) === null ? 0 : 1;
  const failure = await runMany({ from: Number(values.from ?? 1), count: Number(values.seeds ?? 100), overrides, say: console.log });
  return failure === null ? 0 : 1;
}

process.exitCode = await main();
