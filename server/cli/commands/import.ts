import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { flagOption, namespaceArgument, textOption } from '../arguments.ts';
import { CommandError, EXIT, UsageError } from '../exit.ts';
import { confirm, print } from '../print.ts';
import { applyPlan } from '../tree/apply-plan.ts';
import { makePlan } from '../tree/plan.ts';
import { Progress } from '../tree/progress.ts';
import { scanTree } from '../tree/scan.ts';
import { withClient } from './with-client.ts';
import type { Connection } from '../connect.ts';
import type { Applied } from '../tree/apply-plan.ts';
import type { Plan } from '../tree/plan.ts';
import type { Scan } from '../tree/scan.ts';
import type { Run } from '../program.ts';

const previewLinesMax = 20;

/** Loads a folder tree. Ends with 1 when any file was refused; all others are stored all the same. */
export async function importTree(run: Run, [directory = '']: readonly string[]): Promise<number> {
  const root = resolve(run.io.cwd, directory);
  if (statSync(root, { throwIfNoEntry: false })?.isDirectory() !== true) throw new UsageError(`${directory} is no folder`);
  const scan = scanTree(root, { topNamespace: namespaceOption(run, 'namespace'), prefix: namespaceOption(run, 'prefix') });
  return withClient(run, async (connection) => {
    const plan = await makePlan(connection.client, root, scan.files, connection.read);
    if (flagOption(run, 'dryRun'))
      return report(run, connection, 'would be imported', plan, { stored: plan.changes, refused: [], notes: [] }, scan);
    if (plan.changes.length > 0) await askFirst(run, connection, plan, scan);
    const progress = new Progress(run.io, 'importing', plan.changes.length);
    const applied = await applyPlan(connection.client, plan.changes, {
      root,
      message: textOption(run, 'message'),
      write: connection.write,
      onProgress: (files) => {
        progress.advance(files);
      },
    });
    await progress.end();
    return report(run, connection, 'imported', plan, applied, scan);
  });
}

function namespaceOption(run: Run, name: string): string | null {
  const text = textOption(run, name);
  return text === undefined ? null : namespaceArgument(text);
}

/** Only where somebody is there to answer. */
async function askFirst(run: Run, { endpoints }: Connection, plan: Plan, scan: Scan): Promise<void> {
  if (flagOption(run, 'yes') || !run.io.stdin.isTerminal || !run.io.stderr.isTerminal) return;
  const lines = changeLines(plan.changes).slice(0, previewLinesMax);
  if (plan.changes.length > lines.length) lines.push(`… and ${plan.changes.length - lines.length} more`);
  const refused = plan.refused.length + scan.refused.length;
  await run.io.stderr.write(`${lines.join('\n')}\n${counts(plan)}${refused === 0 ? '' : `, ${refused} refused`}\n`);
  if (!(await confirm(run.io, `Store ${plan.changes.length} entries through ${endpoints[0] ?? ''}?`)))
    throw new CommandError('nothing was imported');
}

function changeLines(changes: Plan['changes']): string[] {
  return changes.map(({ file, type, replaces }) => `${replaces === null ? 'add   ' : 'change'}  ${file.namespace}  ${file.key}  ${type}`);
}

function counts({ changes, equal }: { readonly changes: Plan['changes']; readonly equal: Plan['equal'] }): string {
  const added = changes.filter(({ replaces }) => replaces === null).length;
  return `${added} new, ${changes.length - added} changed, ${equal.length} equal`;
}

async function report(run: Run, { client, output }: Connection, verb: string, plan: Plan, applied: Applied, scan: Scan): Promise<number> {
  const refused = [...scan.refused, ...plan.refused, ...applied.refused].toSorted((a, b) => (a.path < b.path ? -1 : 1));
  const notes = [...plan.notes, ...applied.notes].toSorted((a, b) => (a.path < b.path ? -1 : 1));
  const added = applied.stored.filter(({ replaces }) => replaces === null).map(({ file }) => file);
  const changed = applied.stored.filter(({ replaces }) => replaces !== null).map(({ file }) => file);
  const data = {
    dryRun: flagOption(run, 'dryRun'),
    added,
    changed,
    equal: plan.equal.length,
    refused,
    notes,
    token: client.session.export().token,
  };
  await print(run.io, output, data, () => {
    const lines = flagOption(run, 'dryRun') ? changeLines(applied.stored) : [];
    for (const { path, text } of notes) lines.push(`note     ${path}: ${text}`);
    for (const { path, reason } of refused) lines.push(`refused  ${path}: ${reason}`);
    lines.push(
      `${counts({ changes: applied.stored, equal: plan.equal })} ${verb === 'imported' ? '(imported)' : `(${verb})`}, ${refused.length} refused`,
    );
    return `${lines.join('\n')}\n`;
  });
  return refused.length === 0 ? EXIT.ok : EXIT.other;
}
