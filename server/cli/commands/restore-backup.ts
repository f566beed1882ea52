import { resolve } from 'node:path';
import { loadNodeSettings } from '../../config/load-node-settings.ts';
import { UsageError } from '../exit.ts';
import { Progress } from '../tree/progress.ts';
import type { Io } from '../io.ts';

/** `confman restore-backup FILE --data DIR`, and the settings of the node that is to run there. */
export async function runRestoreBackup([file, ...argv]: readonly string[], io: Io): Promise<number> {
  if (file === undefined || file.startsWith('-')) throw new UsageError('name the backup first: confman restore-backup FILE --data DIR');
  const settings = loadNodeSettings({ argv, env: io.env, cwd: io.cwd });
  const { restoreBackup } = await import('../../main/offline/restore-backup.ts');
  let progress: Progress | null = null;
  let before = 0;
  const { header, lineageId, member } = await restoreBackup({
    file: resolve(io.cwd, file),
    settings,
    progress: (done, total) => {
      progress ??= new Progress(io, 'restoring', total);
      progress.advance(done - before);
      before = done;
    },
  });
  await (progress as Progress | null)?.end();
  const versions = header.groups.map(({ group, term, index }) => `${group === 'default' ? '' : `${group}=`}${term}:${index}`).join(',');
  await io.stdout.write(
    [
      `${settings.data} is ${member.name}, the one node of ${header.clusterName} (${header.clusterId}) in its new lineage ${lineageId}.`,
      `It holds what the backup of ${header.createdAt} held, up to version ${versions}. API keys are those of the backup.`,
      `Versions up to there stay valid; versions of later writes are refused as lost (409 version-lost-in-restore).`,
      `Start it with: confman node --id ${member.name} --data ${settings.data} and its addresses (${member.url}, peers ${member.peer})`,
      '',
    ].join('\n'),
  );
  return 0;
}

/** Reached only when something stands in front of the command's name. */
export async function misplacedFlags(): Promise<undefined> {
  throw new UsageError('settings come after the file: confman restore-backup FILE --data DIR …');
}

/** What `confman restore-backup --help` says. */
export function describeRestoreBackup(): string {
  return [
    'Usage: confman restore-backup FILE --data DIR [settings of the node]',
    '',
    'Makes the data directory of a one-node cluster from a backup, in a new lineage. Offline: no node runs on DIR,',
    'which must be empty. The file is proven before anything is changed. Takes the settings of confman node',
    '(--config FILE, --id, --listen, --peer-listen, --advertise-url, --advertise-peer): the node is known by them.',
    '',
  ].join('\n');
}
