/** `npm run check:history`: judges recorded histories. See README.md. */
import { runCheckHistory } from './cli.ts';

process.exitCode = runCheckHistory(process.argv.slice(2), {
  out: (text) => process.stdout.write(text),
  error: (text) => process.stderr.write(text),
});
