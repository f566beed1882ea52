/** Which representation of an entry fits an Accept header (RFC 9110, section 12.5.1). */
import type { EntryType } from '../../lib/contract/model.ts';

export type Representation = 'json' | 'text' | 'yaml';

const MEDIA: Readonly<Record<Representation, string>> = { json: 'application/json', text: 'text/plain', yaml: 'application/yaml' };

/** `Content-Type` of a bare value. */
export const VALUE_CONTENT_TYPE: Readonly<Record<Exclude<Representation, 'json'>, string>> = {
  text: 'text/plain; charset=utf-8',
  yaml: 'application/yaml; charset=utf-8',
};

/** Whether plain JSON is meant without a look at the entry: nearly every request. */
export function wantsJson(accept: string | undefined): boolean {
  return accept === undefined || accept === '*/*' || accept === 'application/json';
}

/** The best representation of an entry of this type; null when none is acceptable. At equal weight the entry as JSON wins. */
export function representationOf(accept: string | undefined, type: EntryType): Representation | null {
  if (wantsJson(accept)) return 'json';
  const offered: readonly Representation[] = type === 'yaml' ? ['json', 'text', 'yaml'] : ['json', 'text'];
  let best: Representation | null = null;
  let bestWeight = 0;
  for (const representation of offered) {
    const weight = weightOf(accept ?? '*/*', MEDIA[representation]);
    if (weight > bestWeight) [best, bestWeight] = [representation, weight];
  }
  return best;
}

/** Whether the header accepts a media type at all. */
export function accepts(accept: string | undefined, media: string): boolean {
  return accept === undefined || weightOf(accept, media) > 0;
}

/** Weight that the header gives a media type, by its most specific range; 0: not acceptable. */
export function weightOf(accept: string, media: string): number {
  const [type] = media.split('/');
  let [weight, rank] = [0, -1];
  for (const range of accept.split(',')) {
    const [name, ...parameters] = range.split(';').map((part) => part.trim().toLowerCase());
    const specific = name === media ? 2 : name === `${type}/*` ? 1 : name === '*/*' ? 0 : -1;
    if (specific <= rank) continue;
    rank = specific;
    const q = parameters.find((parameter) => parameter.startsWith('q='));
    weight = q === undefined ? 1 : Math.min(1, Math.max(0, Number(q.slice(2)) || 0));
  }
  return weight;
}
