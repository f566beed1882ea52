import { closeSync, existsSync, fsyncSync, openSync, rmSync, writeSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { randomBytes } from 'node:crypto';
import { BackupReader, type BackupHeader } from '../../backup/format.ts';
import { renameDurable } from '../../disk/durable.ts';
import { flagOption } from '../arguments.ts';
import { UsageError } from '../exit.ts';
import { print } from '../print.ts';
import { Progress } from '../tree/progress.ts';
import { withClient } from './with-client.ts';
import type { BackupDownload } from '../../../lib/client/backup.ts';
import type { Io } from '../io.ts';
import type { Run } from '../program.ts';

/** Saves a backup, proven while it comes: under its name there is a whole file or nothing. */
export async function backup(run: Run, [file = '']: readonly string[]): Promise<undefined> {
  const target = resolve(run.io.cwd, file);
  if (!flagOption(run, 'force') && existsSync(target)) throw new UsageError(`${file} exists: name a new file, or say --force`);
  await withClient(run, async ({ client, read, output }) => {
    if (run.io.stderr.isTerminal) await run.io.stderr.write('confman: waiting for the node to copy its state\r');
    const download = await client.backup(read);
    const header = await save(run.io, download, target);
    const [first] = header.groups;
    const summary = { ...header, file: target, holds: download.version, bytes: sizeOf(header) };
    await print(
      run.io,
      output,
      summary,
      () =>
        `${file}: ${sizeOf(header)} bytes of ${header.clusterName} (${header.clusterId}), version ${download.version ?? `${first?.term}:${first?.index}`}, made by ${header.node}\n`,
    );
  });
}

function sizeOf({ groups }: BackupHeader): number {
  return groups.reduce((sum, { bytes }) => sum + bytes, 0);
}

async function save(io: Io, { chunks, sizeBytes }: BackupDownload, target: string): Promise<BackupHeader> {
  const side = join(dirname(target), `.${basename(target)}.${randomBytes(6).toString('hex')}.part`);
  // It holds hashes of keys.
  const fd = openSync(side, 'wx', 0o600);
  let whole = false;
  try {
    let progress: Progress | null = null;
    const reader = new BackupReader({ header: (header) => (progress = new Progress(io, 'saving', sizeBytes ?? sizeOf(header))) });
    for await (const chunk of chunks) {
      reader.write(chunk);
      for (let at = 0; at < chunk.length;) at += writeSync(fd, chunk, at);
      (progress as Progress | null)?.advance(chunk.length);
    }
    const header = reader.end();
    fsyncSync(fd);
    await (progress as Progress | null)?.end();
    whole = true;
    return header;
  } finally {
    closeSync(fd);
    if (whole) renameDurable(side, target);
    else rmSync(side, { force: true });
  }
}
