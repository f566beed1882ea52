/** What an import would change, file by file. */
import { groupBy } from './group-by.ts';
import { inferType } from './infer-type.ts';
import { mapConcurrently } from './concurrently.ts';
import { readValue } from './scan.ts';
import { isConfmanError } from '../../../lib/client/errors.ts';
import type { ConfmanClient } from '../../../lib/client/create-client.ts';
import type { Entry } from '../../../lib/contract/schemas/entries.ts';
import type { EntryType } from '../../../lib/contract/model.ts';
import type { ReadOptions } from '../../../lib/client/types.ts';
import type { FoundFile, Refused } from './scan.ts';

export interface PlannedChange {
  readonly file: FoundFile;
  readonly type: EntryType;
  /** The version that was there when the plan was made; null: none. */
  readonly replaces: string | null;
  /** Of the value, in UTF-8. */
  readonly bytes: number;
}

export interface Note {
  readonly path: string;
  readonly text: string;
}

export interface Plan {
  readonly changes: readonly PlannedChange[];
  /** Files whose value is there already. */
  readonly equal: readonly FoundFile[];
  readonly refused: readonly Refused[];
  readonly notes: readonly Note[];
}

const namespacesAtOnce = 8;

/** Compares the files with what the cluster holds. Reads each namespace that exists once. @throws ConfmanError */
export async function makePlan(client: ConfmanClient, root: string, files: readonly FoundFile[], read: ReadOptions): Promise<Plan> {
  const byNamespace = groupBy(files, ({ namespace }) => namespace);
  const existing = new Set((await client.namespaces.list({ ...read, limit: 1000 }).all()).map(({ namespace }) => namespace));
  const plan = { changes: [] as PlannedChange[], equal: [] as FoundFile[], refused: [] as Refused[], notes: [] as Note[] };
  await mapConcurrently([...byNamespace], namespacesAtOnce, async ([namespace, members]) => {
    const entries = existing.has(namespace) ? await readNamespace(client, namespace, read) : new Map<string, Entry>();
    for (const file of members) planFile(root, file, entries.get(file.key), plan);
  });
  return plan;
}

/** The entries of a namespace; one that was deleted meanwhile has none. */
async function readNamespace(client: ConfmanClient, namespace: string, read: ReadOptions): Promise<ReadonlyMap<string, Entry>> {
  try {
    return new Map((await client.config.list(namespace, { ...read, limit: 1000 }).all()).map((entry) => [entry.key, entry]));
  } catch (error) {
    if (isConfmanError(error, 'namespace-not-found')) return new Map();
    throw error;
  }
}

function planFile(
  root: string,
  file: FoundFile,
  entry: Entry | undefined,
  plan: { changes: PlannedChange[]; equal: FoundFile[]; refused: Refused[]; notes: Note[] },
): void {
  let value: string;
  try {
    value = readValue(root, file.path);
  } catch (error) {
    plan.refused.push({ path: file.path, reason: error instanceof Error ? error.message : String(error) });
    return;
  }
  if (entry?.value === value && (file.type === null || file.type === entry.type)) {
    plan.equal.push(file);
    return;
  }
  const { type, note } = file.type === null ? inferType(file.path, value) : { type: file.type, note: null };
  if (note !== null) plan.notes.push({ path: file.path, text: note });
  plan.changes.push({ file, type, replaces: entry?.version ?? null, bytes: Buffer.byteLength(value) });
}
