/** One command from its arguments to its exit code. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CommanderError } from 'commander';
import { exitCodeOf, EXIT, explain, UsageError } from './exit.ts';
import { createProgram } from './program.ts';
import { isConfmanError } from '../../lib/client/errors.ts';
import type { Io } from './io.ts';

/** @param argv without the program and the script */
export async function runCli(argv: readonly string[], io: Io): Promise<number> {
  const outcome = { exitCode: EXIT.ok as number };
  try {
    if (argv[0] === '--version') {
      await io.stdout.write(`${versionOf(io)}\n`);
      return EXIT.ok;
    }
    // The settings of a node are parsed by their own table, in either command.
    if (argv[0] === 'node') {
      const { describeNodeSettings, runNodeCommand } = await import('./commands/node.ts');
      if (!isHelp(argv)) return await runNodeCommand(argv.slice(1), io);
      await io.stdout.write(describeNodeSettings());
      return EXIT.ok;
    }
    if (argv[0] === 'restore-backup') {
      const { describeRestoreBackup, runRestoreBackup } = await import('./commands/restore-backup.ts');
      if (!isHelp(argv)) return await runRestoreBackup(argv.slice(1), io);
      await io.stdout.write(describeRestoreBackup());
      return EXIT.ok;
    }
    if (argv[0] === 'config' && argv[1] === 'check' && !isHelp(argv)) {
      const { runConfigCheck } = await import('./commands/config-check.ts');
      return await runConfigCheck(argv.slice(2), io);
    }
    await createProgram(io, outcome).parseAsync([...argv], { from: 'user' });
    return outcome.exitCode;
  } catch (error) {
    return reportFailure(error, argv, io);
  }
}

/** From the manifest beside the built programs. */
function versionOf(io: Io): string {
  const manifest: unknown = JSON.parse(readFileSync(join(io.programs, '..', 'package.json'), 'utf8'));
  return typeof manifest === 'object' && manifest !== null && 'version' in manifest ? String(manifest.version) : 'unknown';
}

function isHelp(argv: readonly string[]): boolean {
  return argv.includes('--help') || argv.includes('-h');
}

async function reportFailure(error: unknown, argv: readonly string[], io: Io): Promise<number> {
  // Commander has said what was wrong already, help and version included.
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  if (isConfmanError(error) && error.problem !== null && wantsJson(argv)) await io.stderr.write(`${JSON.stringify(error.problem)}\n`);
  else await io.stderr.write(`confman: ${explain(error)}\n`);
  if (error instanceof UsageError) await io.stderr.write('confman: try --help\n');
  return exitCodeOf(error);
}

function wantsJson(argv: readonly string[]): boolean {
  return argv.some(
    (argument, at) =>
      argument === '--output=json' || argument === '-ojson' || (argument === 'json' && ['-o', '--output'].includes(argv[at - 1] ?? '')),
  );
}
