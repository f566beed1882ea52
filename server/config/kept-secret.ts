/** Secrets that Confman makes for itself on first use and keeps beside its data, readable by their owner only. */
import { randomBytes } from 'node:crypto';
import { closeSync, fsyncSync, linkSync, mkdirSync, openSync, readFileSync, rmSync, statSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

/** 256 random bits as text that is safe in headers, shells and URLs. */
export function newSecret(prefix = ''): string {
  return `${prefix}${randomBytes(32).toString('base64url')}`;
}

/**
 * The secret kept in `file`; the first call makes one. Two first calls at once agree on one secret.
 *
 * @throws Error when the file is empty, or when others than its owner may read it
 */
export function keptSecret(file: string, prefix = ''): string {
  const kept = readKeptSecret(file);
  if (kept !== null) return kept;
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const draft = `${file}.${process.pid}.tmp`;
  const fd = openSync(draft, 'wx', 0o600);
  try {
    writeSync(fd, `${newSecret(prefix)}\n`);
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
  try {
    // Unlike a rename, a link never replaces what another process has put there first.
    linkSync(draft, file);
  } catch (error) {
    if (!isCode(error, 'EEXIST')) throw error;
  } finally {
    rmSync(draft, { force: true });
  }
  const made = readKeptSecret(file);
  if (made === null) throw new Error(`${file} vanished while it was being made`);
  return made;
}

/**
 * The secret kept in `file`, or null when there is no such file.
 *
 * @throws Error when the file is empty, or when others than its owner may read it
 */
export function readKeptSecret(file: string): string | null {
  let text: string;
  try {
    text = readFileSync(file, 'utf8').trim();
  } catch (error) {
    if (isCode(error, 'ENOENT') || isCode(error, 'ENOTDIR')) return null;
    throw error;
  }
  if (process.platform !== 'win32' && (statSync(file).mode & 0o077) !== 0)
    throw new Error(`${file} holds a secret, but others than its owner may read it: chmod 600 it`);
  if (text === '') throw new Error(`${file} is to hold a secret, but it is empty`);
  return text;
}

/** Whether an error of the operating system has this code, `ENOENT` and so on. */
export function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
