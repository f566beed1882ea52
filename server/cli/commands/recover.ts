import { resolve } from 'node:path';
import { flagOption, textOption } from '../arguments.ts';
import { CommandError, UsageError } from '../exit.ts';
import { confirm } from '../print.ts';
import type { Findings, GroupFindings } from '../../main/offline/recovery.ts';
import type { Run } from '../program.ts';

/** Makes a one-node cluster from the data directory of a survivor. Asks first; without a terminal only with --yes. */
export async function recover(run: Run): Promise<undefined> {
  const given = textOption(run, 'data');
  if (given === undefined) throw new UsageError('name the data directory of the survivor: confman recover --data DIR');
  const dir = resolve(run.io.cwd, given);
  const { Recovery } = await import('../../main/offline/recovery.ts');
  const recovery = Recovery.open(dir);
  if (recovery === 'went-on') {
    await run.io.stdout.write(`An earlier recovery of ${dir} was interrupted; it is complete now.\n`);
    return;
  }
  try {
    const findings = recovery.findings();
    await run.io.stderr.write(warning(dir, findings));
    if (!flagOption(run, 'yes') && !(await confirm(run.io, 'Give up the other members and make this the only node?'))) {
      throw new CommandError(
        run.io.stdin.isTerminal ? 'nothing was changed' : 'nothing was changed: this needs --yes where nobody can be asked',
      );
    }
    const { lineageId, groups, keptIn } = await recovery.run();
    const forks = groups.map(({ group, fork }) => `${group} at ${fork.term}:${fork.index}`).join(', ');
    await run.io.stdout.write(
      [
        `${dir} is ${findings.node}, the one node of ${findings.clusterName} (${findings.clusterId}) in its new lineage ${lineageId}: ${forks}.`,
        `The files as they were are in ${keptIn}; remove them when all is well.`,
        `Start it as before (confman node --id ${findings.node} --data ${dir} …), then add new, empty nodes. Never start the other old members again.`,
        '',
      ].join('\n'),
    );
  } finally {
    recovery.close();
  }
}

function warning(dir: string, { node, clusterId, lineageId, members, groups }: Findings): string {
  const others = members.filter((name) => name !== node);
  return [
    `confman: WARNING: recovering ${clusterId}.${lineageId} from the disk of ${node} alone (${dir}).`,
    `  Only for a majority that is lost for good, or when every replica is quarantined. If the others can be started, start them instead.`,
    ...groups.flatMap(groupLines),
    `  Writes that ${node} had not received are lost, acknowledged ones too: their versions will be refused (409 version-lost-in-restore).`,
    others.length === 0
      ? '  It has no other members.'
      : `  The other members (${others.join(', ')}) are given up: their disks are of no use to the new cluster.`,
    '',
  ].join('\n');
}

function groupLines({ diverged, ...findings }: GroupFindings): readonly string[] {
  const doubt =
    diverged === null ? [] : [`  Group ${findings.group} is in doubt: ${diverged}. Take another survivor or a backup if there is one.`];
  return [...doubt, ...standing(findings)];
}

function standing({ group, applied, log, logProblem }: Omit<GroupFindings, 'diverged'>): readonly string[] {
  const line = `  Group ${group}: the state stands at ${applied.term}:${applied.index}`;
  if (log === null) return [`${line}; the log behind it is of no use and stays out: ${logProblem ?? ''}.`];
  const known = log.committedIndex - applied.index;
  const unknown = log.lastIndex - log.committedIndex;
  return [
    `${line}, the log ends at ${log.lastIndex}.`,
    `  ${known} entries behind the state are known to be committed; they are applied first.`,
    `  ${unknown} more are of unknown fate. They may have been acknowledged, so they are applied too: a write that was answered with an error may turn out to have happened.`,
  ];
}
