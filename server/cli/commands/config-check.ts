import { clientTable } from '../../config/client-table.ts';
import { loadNodeSettingsWithOrigins } from '../../config/load-node-settings.ts';
import { nodeTable } from '../../config/node-table.ts';
import { parseFlags } from '../../config/flags.ts';
import { describeOrigin } from '../../config/sources.ts';
import { resolveClientSettings } from '../connect.ts';
import { EXIT, UsageError } from '../exit.ts';
import { print } from '../print.ts';
import type { OutputFormat } from '../../config/client-table.ts';
import type { SettingTable } from '../../config/setting.ts';
import type { Resolved } from '../../config/sources.ts';
import type { Io } from '../io.ts';

/** Prints what a node (or, with `--client`, a command) would run with, and where each value comes from. */
export async function runConfigCheck(argv: readonly string[], io: Io): Promise<number> {
  const { format, forClient, rest } = split(argv);
  if (forClient) {
    await show(io, format, clientTable, await resolveClientSettings(parseFlags(clientTable, rest), io));
  } else {
    await show(io, format, nodeTable, loadNodeSettingsWithOrigins({ argv: rest, env: io.env, cwd: io.cwd }).resolved);
  }
  return EXIT.ok;
}

/** Reached only when something stands in front of the command's name. */
export async function misplacedFlags(): Promise<undefined> {
  throw new UsageError('the settings to check come after the command: confman config check --id n1 …');
}

function split(argv: readonly string[]): {
  readonly format: OutputFormat | null;
  readonly forClient: boolean;
  readonly rest: readonly string[];
} {
  const forClient = argv.includes('--client');
  const rest: string[] = [];
  let format: OutputFormat | null = null;
  for (let at = 0; at < argv.length; at++) {
    const argument = argv[at] ?? '';
    if (argument === '--client') continue;
    const output = /^(?:-o|--output)(?:=(.*))?$/.exec(argument);
    if (output === null) rest.push(argument);
    else format = clientTable.output.parse(output[1] ?? argv[++at] ?? '');
  }
  return { format, forClient, rest };
}

async function show(io: Io, format: OutputFormat | null, table: SettingTable, resolved: Resolved<SettingTable>): Promise<void> {
  const rows = Object.entries(table).map(([name, setting]) => {
    const given = setting.format(resolved.values[name]);
    const origin = resolved.origins[name] ?? { kind: 'default' as const };
    return { setting: name, value: setting.secret && given !== '' ? '********' : given, from: describeOrigin(origin) };
  });
  await print(io, format, rows, () => ({
    header: ['SETTING', 'VALUE', 'FROM'],
    rows: rows.map(({ setting, value, from }) => [setting, value === '' ? '-' : value, from]),
  }));
  for (const name of resolved.unknownVariables) await io.stderr.write(`confman: the variable ${name} sets nothing here\n`);
}
