/** Entry point of the command line. */
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { processIo } from './io.ts';
import { runCli } from './run-cli.ts';

// A reader that has seen enough, such as `head`, is no failure of ours.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

process.exitCode = await runCli(process.argv.slice(2), processIo(dirname(fileURLToPath(import.meta.url))));
