/** What is prepared aside within a data directory, and then put in place by renames. */
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fsyncDir, writeFileDurable } from '../../disk/durable.ts';

const STAGING = 'staging';
/** What `staging/` is called once everything is in place: so that no crash while it is removed looks like something that was half made. */
const ENDED = 'staging-ended';
/** Its presence says that everything in `staging/` is whole and durable; it holds the name of the folder that takes the old files, or nothing. */
const WHOLE = 'whole';
/** In this order; the identity last, because it makes a data directory a node's. */
const PARTS = ['state', 'log', 'identity.json'] as const;

/** Whether something was begun in this data directory that has not ended: no node may start on it. */
export function isUnfinished(dir: string): boolean {
  return existsSync(join(dir, STAGING));
}

/** Begins anew: whatever was half made is gone. @returns the directory to prepare things in */
export function beginStaging(dir: string): string {
  const staging = join(dir, STAGING);
  rmSync(staging, { recursive: true, force: true });
  mkdirSync(staging, { mode: 0o700 });
  for (const part of ['state', 'log']) mkdirSync(join(staging, part), { mode: 0o700 });
  fsyncDir(dir);
  return staging;
}

/** Gives up what was prepared, and removes what a crash has left of something that had ended. */
export function dropStaging(dir: string): void {
  for (const name of [STAGING, ENDED]) rmSync(join(dir, name), { recursive: true, force: true });
  fsyncDir(dir);
}

/**
 * Everything is prepared: says so durably, and puts it in place.
 * @param keepAs folder within `dir` for what is there now; null where nothing is
 */
export function putInPlace(dir: string, keepAs: string | null): void {
  const staging = join(dir, STAGING);
  for (const part of ['state', 'log']) fsyncDir(join(staging, part));
  fsyncDir(staging);
  writeFileDurable(join(staging, WHOLE), keepAs ?? '');
  goOn(dir);
}

/** Whether everything was prepared, and only the renames are missing. */
export function canGoOn(dir: string): boolean {
  return existsSync(join(dir, STAGING, WHOLE));
}

/** Makes the renames that are still missing; may be repeated after a crash at any of them. */
export function goOn(dir: string): void {
  const staging = join(dir, STAGING);
  const keepAs = readFileSync(join(staging, WHOLE), 'utf8');
  const kept = join(dir, keepAs);
  if (keepAs !== '') {
    mkdirSync(kept, { recursive: true, mode: 0o700 });
    fsyncDir(dir);
    for (const part of PARTS) {
      // Where the new one is in place already, what stands there is not old.
      const waits = existsSync(join(staging, part));
      if (waits && existsSync(join(dir, part))) renameSync(join(dir, part), join(kept, part));
    }
    fsyncDir(kept);
    fsyncDir(dir);
  }
  for (const part of PARTS) if (existsSync(join(staging, part))) renameSync(join(staging, part), join(dir, part));
  fsyncDir(dir);
  rmSync(join(dir, ENDED), { recursive: true, force: true });
  renameSync(staging, join(dir, ENDED));
  fsyncDir(dir);
  dropStaging(dir);
}
