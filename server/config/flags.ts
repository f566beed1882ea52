/** Command line of a node: only settings, so the table itself is the grammar. */
import { closest } from './closest.ts';
import { namesOf, SettingsError } from './sources.ts';
import type { SettingTable } from './setting.ts';

/**
 * Texts by setting name of `--name text`, `--name=text`, `--switch` and `--no-switch`. Lists may be repeated.
 *
 * @throws SettingsError on an unknown flag, a missing text, a repetition or anything that is not a flag
 */
export function parseFlags(table: SettingTable, argv: readonly string[]): Readonly<Record<string, string>> {
  const flags: Record<string, string> = {};
  const faults: string[] = [];
  for (let at = 0; at < argv.length; at++) {
    const argument = argv[at] ?? '';
    const match = /^--(no-)?([a-z][a-z0-9-]*)(?:=([^]*))?$/.exec(argument);
    const plain = match === null ? null : lookUp(table, `${match[1] ?? ''}${match[2] ?? ''}`);
    const flag = plain ?? (match?.[1] === undefined ? null : lookUp(table, match[2] ?? ''));
    if (match === null || flag === null || (plain === null && flag.shape !== 'switch')) {
      faults.push(unknownFlag(table, argument));
      continue;
    }
    let text = match[3];
    if (flag.shape === 'switch') text ??= plain === null ? 'false' : 'true';
    else if (text === undefined) text = argv[++at];
    if (text === undefined) faults.push(`--${flag.name} needs a value`);
    else if (flags[flag.name] === undefined) flags[flag.name] = text;
    else if (flag.shape === 'list') flags[flag.name] += `,${text}`;
    else faults.push(`--${flag.name} is given twice`);
  }
  if (faults.length > 0) throw new SettingsError(faults);
  return flags;
}

interface Flag {
  readonly name: string;
  readonly shape: 'value' | 'switch' | 'list';
}

function lookUp(table: SettingTable, name: string): Flag | null {
  const setting = table[name];
  if (setting !== undefined) return { name, shape: setting.shape };
  const secret = name.endsWith('-file') ? table[name.slice(0, -'-file'.length)] : undefined;
  return name === 'config' || secret?.secret === true ? { name, shape: 'value' } : null;
}

function unknownFlag(table: SettingTable, argument: string): string {
  const name = /^--([^=]+)/.exec(argument)?.[1];
  if (name === undefined) return `unexpected argument ${JSON.stringify(argument)}`;
  const near = closest(name, [...namesOf(table), 'config']);
  return `unknown flag --${name}${near === null ? '' : ` (did you mean --${near}?)`}`;
}
