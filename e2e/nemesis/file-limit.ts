import { execFileSync } from 'node:child_process';

/**
 * From now on a process cannot write beyond this size of any file: its writes fail like those to a full disk, without another
 * file system. Its children and later processes are not concerned. Needs `prlimit` of util-linux.
 */
export function limitFiles(pid: number, bytes: number): void {
  execFileSync('prlimit', ['--pid', String(pid), `--fsize=${bytes}:unlimited`]);
}
