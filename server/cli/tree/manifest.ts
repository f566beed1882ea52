/** `.confman.json`: what file names and contents alone do not say. */
import { z } from 'zod';
import { ENTRY_TYPES } from '../../../lib/contract/model.ts';
import type { EntryType } from '../../../lib/contract/model.ts';

const Manifest = z.strictObject({
  format: z.literal('confman-export-1'),
  /** By path within the tree, with `/`: only files whose key or type does not follow from their name. */
  files: z.record(z.string(), z.strictObject({ key: z.string().optional(), type: z.enum(ENTRY_TYPES).optional() })),
});
export type Manifest = z.infer<typeof Manifest>;
export type ManifestFile = Manifest['files'][string];

/** Null when the text is not a manifest of ours. */
export function parseManifest(text: string): Manifest | null {
  try {
    const parsed = Manifest.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}

export function formatManifest(files: ReadonlyMap<string, ManifestFile>): string {
  const sorted = [...files].toSorted(([a], [b]) => (a < b ? -1 : 1));
  return `${JSON.stringify({ format: 'confman-export-1', files: Object.fromEntries(sorted) } satisfies Manifest, null, 2)}\n`;
}

/** The type that a name promises; its content may break the promise. */
export function typeOfName(name: string): EntryType {
  const extension = /\.([A-Za-z]+)$/.exec(name)?.[1]?.toLowerCase();
  if (extension === 'json') return 'json';
  return extension === 'yaml' || extension === 'yml' ? 'yaml' : 'text';
}
