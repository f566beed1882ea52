/** Shows that the judgement of runs can fail: every mistake has to be found. */
import { buildMutant } from './build-mutant.ts';
import { PROCESS_MUTANTS } from './mutants.ts';
import type { ProcessMutant } from './mutants.ts';
import { runSeed } from './run.ts';

/** @returns what found it, and in which run; null when nothing did */
async function findMistake(mutant: ProcessMutant, seconds: number, say: (line: string) => void): Promise<string | null> {
  const program = await buildMutant(mutant, PROCESS_MUTANTS.indexOf(mutant));
  for (let seed = 1; seed <= mutant.runsMax; seed += 1) {
    const { findings } = await runSeed({ seed, seconds, only: mutant.kinds, program });
    const finding = findings.find(({ rule }) => mutant.found.includes(rule));
    for (const { rule, text } of finding === undefined ? findings : [])
      say(`  seed ${seed}, of another rule: ${rule}: ${text.split('\n')[0] ?? ''}`);
    if (finding !== undefined) return `seed ${seed}, rule ${finding.rule}: ${finding.text.split('\n')[0] ?? ''}`;
  }
  return null;
}

/**
 * @param names parts of names of mistakes; all of them when there are none
 * @returns how many were not found
 */
export async function runMutants(names: readonly string[], seconds: number, say: (line: string) => void): Promise<number> {
  let missed = 0;
  for (const mutant of PROCESS_MUTANTS) {
    if (names.length > 0 && !names.some((name) => mutant.name.includes(name))) continue;
    const found = await findMistake(mutant, seconds, say);
    if (found === null) missed += 1;
    say(`${found === null ? 'MISSED' : 'found'}  ${mutant.name}${found === null ? '' : `: ${found}`}`);
  }
  return missed;
}
