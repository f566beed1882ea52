/** Values as programs want them: parsed, checked, with a default. */
import { ConfmanError, isConfmanError } from './errors.ts';
import type { FullEntry } from './resources/config.ts';
import type { Answer, ReadOptions } from './types.ts';

/** The part of a schema that is needed: zod's fit, and so does anything with the same method. */
export interface ValueSchema<T> {
  safeParse(
    value: unknown,
  ): { readonly success: true; readonly data: T } | { readonly success: false; readonly error: { readonly message: string } };
}

export interface TypedValueOptions<T> extends ReadOptions {
  /** Judges and converts the value: a string, number, boolean or parsed JSON, by the entry's type. YAML stays text unless `parseYaml` is given. */
  readonly schema: ValueSchema<T>;
  /** Taken when there is no such entry. A value that the schema refuses is an error all the same: a typing error in production must not pass for a default. */
  readonly fallback?: T | undefined;
  readonly parseYaml?: ((text: string) => unknown) | undefined;
}

/** @throws ConfmanError of the read, or `invalid-value` when the value does not fit */
export async function typedValue<T>(read: () => Promise<Answer<FullEntry>>, options: TypedValueOptions<T>): Promise<T> {
  let entry: FullEntry;
  try {
    entry = (await read()).data;
  } catch (error) {
    const absent = isConfmanError(error, 'entry-not-found') || isConfmanError(error, 'namespace-not-found');
    if (absent && options.fallback !== undefined) return options.fallback;
    throw error;
  }
  const parsed = options.schema.safeParse(plainValue(entry, options));
  if (parsed.success) return parsed.data;
  throw new ConfmanError(
    'invalid-value',
    `${entry.namespace} ${entry.key} at ${entry.version} is not what this program expects: ${parsed.error.message}`,
  );
}

function plainValue(entry: FullEntry, options: { readonly parseYaml?: ((text: string) => unknown) | undefined }): unknown {
  switch (entry.type) {
    case 'text':
      return entry.value;
    case 'number':
      return Number(entry.value);
    case 'boolean':
      return entry.value === 'true';
    case 'json':
      return parseWith(entry, JSON.parse);
    case 'yaml':
      return options.parseYaml === undefined ? entry.value : parseWith(entry, options.parseYaml);
  }
}

function parseWith(entry: FullEntry, parse: (text: string) => unknown): unknown {
  try {
    return parse(entry.value);
  } catch (cause) {
    throw new ConfmanError('invalid-value', `${entry.namespace} ${entry.key} cannot be read as ${entry.type}`, { cause });
  }
}
