import { loadNodeSettings } from '../../config/load-node-settings.ts';
import { nodeTable } from '../../config/node-table.ts';
import { variableName } from '../../config/sources.ts';
import { UsageError } from '../exit.ts';
import type { SettingTable } from '../../config/setting.ts';
import type { Io } from '../io.ts';

/** Becomes a node: this very process, until it is told to stop. */
export async function runNodeCommand(argv: readonly string[], io: Io): Promise<number> {
  const settings = loadNodeSettings({ argv, env: io.env, cwd: io.cwd });
  const { serveNode } = await import('../../main/serve-node.ts');
  return serveNode(settings);
}

/** What `confman node --help` says: every setting, from the table. */
export function describeNodeSettings(): string {
  const table: SettingTable = nodeTable;
  const lines = Object.entries(table).flatMap(([name, setting]) => {
    const fallback = setting.format(setting.fallback);
    const flag =
      setting.shape === 'switch' ? (setting.fallback === true ? `--no-${name}` : `--${name}`) : `--${name} ${setting.placeholder}`;
    return [
      `  ${flag}`,
      `      ${setting.doc}${fallback === '' || setting.shape === 'switch' ? '' : ` Default ${fallback}.`} ${variableName(name)}${setting.secret ? ` (or ${variableName(name)}_FILE)` : ''}`,
    ];
  });
  return `Usage: confman node [settings]\n\nRuns one node of a cluster in this process.\n\nSettings, as flags, variables, or fields of --config FILE:\n${lines.join('\n')}\n`;
}

/** Reached only when something stands in front of the command's name. */
export async function misplacedFlags(): Promise<undefined> {
  throw new UsageError('the settings of a node come after the command: confman node --id n1 …');
}
