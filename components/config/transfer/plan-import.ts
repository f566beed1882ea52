import { keyFault } from '../../../lib/contract/names.ts';
import type { Entry } from '../../../lib/contract/model.ts';
import type { BatchOperation } from '../../../lib/contract/schemas/entries.ts';
import { checkValue } from '../../entry/check-value.ts';
import type { ParsedEntry } from './parse-import.ts';

export type ImportKind = 'added' | 'changed' | 'equal' | 'refused';

/** What an import would do with one key. */
export interface ImportRow {
  readonly key: string;
  readonly kind: ImportKind;
  /** Why it is refused; null for the others. */
  readonly reason: string | null;
  readonly wanted: ParsedEntry;
  /** What stands there now; null where nothing does. */
  readonly now: Entry | null;
}

/** Compares what is wanted with what is there. A key that occurs twice is refused the second time. */
export async function planImport(wanted: readonly ParsedEntry[], existing: readonly Entry[]): Promise<readonly ImportRow[]> {
  const known = new Map(existing.map((entry) => [entry.key, entry]));
  const seen = new Set<string>();
  const rows: ImportRow[] = [];
  for (const entry of wanted) {
    const now = known.get(entry.key) ?? null;
    const reason = seen.has(entry.key) ? 'it occurs more than once' : await faultOf(entry);
    seen.add(entry.key);
    const equal = now !== null && now.value === entry.value && now.type === entry.type;
    rows.push({
      key: entry.key,
      kind: reason !== null ? 'refused' : now === null ? 'added' : equal ? 'equal' : 'changed',
      reason,
      wanted: entry,
      now,
    });
  }
  return rows;
}

async function faultOf({ key, type, value, fault: known }: ParsedEntry): Promise<string | null> {
  const fault = known ?? keyFault(key);
  if (fault !== null) return fault;
  const wrong = await checkValue(type, value);
  return wrong === null ? null : `line ${wrong.line}: ${wrong.message}`;
}

/** The operations that carry a plan out, each bound to what was seen: what somebody changes meanwhile is not overwritten. */
export function importOperations(rows: readonly ImportRow[], overwrite: boolean): readonly BatchOperation[] {
  return rows.flatMap(({ kind, wanted: { key, value, type }, now }): readonly BatchOperation[] => {
    if (kind === 'added') return [{ op: 'put', key, value, type, ifNoneMatch: '*' }];
    if (kind === 'changed' && overwrite && now !== null) return [{ op: 'put', key, value, type, ifMatch: now.version }];
    return [];
  });
}
