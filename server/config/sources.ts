/** Where settings come from: flag over variable over file over default, each value with its origin. */
import { readFileSync } from 'node:fs';
import { NotationError } from './units.ts';
import type { Setting, SettingTable, Values } from './setting.ts';

export type Origin =
  | { readonly kind: 'flag'; readonly name: string }
  | { readonly kind: 'variable'; readonly name: string }
  | { readonly kind: 'file'; readonly path: string; readonly field: string }
  | { readonly kind: 'default' };

/** Settings that cannot be used: one sentence per fault, each naming the setting and where it was set. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError';
  readonly faults: readonly string[];
  constructor(faults: readonly string[], options?: ErrorOptions) {
    super(faults.join('\n'), options);
    this.faults = faults;
  }
}

/** Reads a file as UTF-8; injected so that tables can be tested without a disk. */
export type ReadText = (path: string) => string;

export interface Sources {
  /** Texts by setting name, `<name>-file` for secrets, and `config` for the file itself. */
  readonly flags: Readonly<Record<string, string>>;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly readText?: ReadText | undefined;
  /** Reads YAML, JSON included; given from outside so that commands without a file need not load it. */
  readonly parseYaml: (text: string) => unknown;
  /** Names that the file and the environment may hold besides those of the table. */
  readonly otherNames?: readonly string[] | undefined;
}

export interface Resolved<T> {
  readonly values: Values<T>;
  readonly origins: { readonly [K in keyof T]: Origin };
  /** CONFMAN_ variables that name no known setting: likely misspelt, perhaps meant for something else. */
  readonly unknownVariables: readonly string[];
}

/** The variable that sets a setting: `peer-listen` is `CONFMAN_PEER_LISTEN`. */
export function variableName(setting: string): string {
  return `CONFMAN_${setting.replaceAll('-', '_').toUpperCase()}`;
}

export function describeOrigin(origin: Origin): string {
  switch (origin.kind) {
    case 'flag':
      return `flag --${origin.name}`;
    case 'variable':
      return `variable ${origin.name}`;
    case 'file':
      return `field ${origin.field} of ${origin.path}`;
    case 'default':
      return 'default';
  }
}

interface Found {
  readonly text: string;
  readonly origin: Origin;
}

/** Every name that a table gives rise to: its settings, and `<name>-file` of its secrets. */
export function namesOf(table: SettingTable): readonly string[] {
  return Object.entries(table).flatMap(([name, setting]) => (setting.secret ? [name, `${name}-file`] : [name]));
}

/**
 * Resolves every setting of a table.
 *
 * @throws SettingsError with every fault at once
 */
export function resolveSettings<T extends SettingTable>(table: T, sources: Sources): Resolved<T> {
  const readText = sources.readText ?? ((path: string) => readFileSync(path, 'utf8'));
  const faults: string[] = [];
  const known = new Set([...namesOf(table), ...(sources.otherNames ?? []), 'config']);
  const layers = [flagLayer(sources.flags), variableLayer(sources.env), fileLayer(sources, readText, known, faults)];

  const values: Record<string, unknown> = {};
  const origins: Record<string, Origin> = {};
  for (const [name, setting] of Object.entries(table)) {
    const found = findSetting(name, setting.secret, layers, readText, faults);
    origins[name] = found?.origin ?? { kind: 'default' };
    values[name] = found === null ? setting.fallback : parseSetting(name, setting, found, faults);
  }
  if (faults.length > 0) throw new SettingsError(faults);
  const variables = new Set([...known].map(variableName));
  const unknownVariables = Object.keys(sources.env).filter((name) => name.startsWith('CONFMAN_') && !variables.has(name));
  // Built name by name from the very table that the types are made of.
  return {
    values: values as Values<T>,
    origins: origins as { readonly [K in keyof T]: Origin },
    unknownVariables: unknownVariables.toSorted(),
  };
}

type Layer = (name: string) => Found | null;

function flagLayer(flags: Sources['flags']): Layer {
  return (name) => {
    const text = flags[name];
    return text === undefined ? null : { text, origin: { kind: 'flag', name } };
  };
}

/** An empty variable counts as not set: that is how compose files and shells leave one out. */
function variableLayer(env: Sources['env']): Layer {
  return (name) => {
    const variable = variableName(name);
    const text = env[variable];
    return text === undefined || text === '' ? null : { text, origin: { kind: 'variable', name: variable } };
  };
}

function fileLayer(sources: Sources, readText: ReadText, known: ReadonlySet<string>, faults: string[]): Layer {
  const path = sources.flags['config'] ?? (sources.env['CONFMAN_CONFIG'] || undefined);
  if (path === undefined) return () => null;
  const fields = readFields(path, (file) => sources.parseYaml(readText(file)), faults);
  const byName = new Map<string, Found>();
  for (const [field, content] of Object.entries(fields)) {
    const name = field.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
    const text = fieldText(content);
    if (!known.has(name) || name === 'config') faults.push(`${path}: there is no setting ${JSON.stringify(field)}`);
    else if (text === null) faults.push(`${path}: field ${field} must be text, a number, true or false, a list or a map of these`);
    else if (byName.has(name)) faults.push(`${path}: ${field} is set twice`);
    else byName.set(name, { text, origin: { kind: 'file', path, field } });
  }
  return (name) => byName.get(name) ?? null;
}

function readFields(path: string, read: (path: string) => unknown, faults: string[]): Readonly<Record<string, unknown>> {
  try {
    const content = read(path) ?? {};
    if (typeof content === 'object' && content !== null && !Array.isArray(content)) return { ...content };
    faults.push(`${path}: expected a map of settings at the top`);
  } catch (error) {
    faults.push(`${path}: ${error instanceof Error ? error.message : String(error)}`);
  }
  return {};
}

/** A field in the notation of flags: lists by commas, maps as `key=value`. */
function fieldText(content: unknown): string | null {
  if (typeof content === 'string') return content;
  if (typeof content === 'number' || typeof content === 'boolean') return String(content);
  if (typeof content !== 'object' || content === null) return null;
  const parts = Array.isArray(content)
    ? content.map(fieldText)
    : Object.entries(content).map(([key, inner]) => mapped(key, fieldText(inner)));
  return parts.includes(null) ? null : parts.join(',');
}

function mapped(key: string, text: string | null): string | null {
  return text === null ? null : `${key}=${text}`;
}

function findSetting(name: string, secret: boolean, layers: readonly Layer[], readText: ReadText, faults: string[]): Found | null {
  for (const layer of layers) {
    const direct = layer(name);
    const byFile = secret ? layer(`${name}-file`) : null;
    if (direct !== null && byFile !== null)
      faults.push(`${name}: both ${describeOrigin(direct.origin)} and ${describeOrigin(byFile.origin)} are set`);
    if (direct !== null) return direct;
    if (byFile === null) continue;
    try {
      return { text: readText(byFile.text).replace(/\r?\n$/, ''), origin: byFile.origin };
    } catch (error) {
      faults.push(`${describeOrigin(byFile.origin)}: ${error instanceof Error ? error.message : String(error)}`);
      return null;
    }
  }
  return null;
}

function parseSetting(name: string, setting: Setting<unknown>, found: Found, faults: string[]): unknown {
  try {
    return setting.parse(found.text);
  } catch (error) {
    if (!(error instanceof NotationError)) throw error;
    const shown = setting.secret ? '' : ` ${JSON.stringify(found.text)}`;
    faults.push(`${name}${shown}: ${error.message} (${describeOrigin(found.origin)})`);
    return setting.fallback;
  }
}
