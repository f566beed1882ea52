import { Braces, Hash, ListTree, ToggleLeft, Type } from 'lucide-react';
import type { ReactElement } from 'react';
import type { EntryType } from '../../lib/contract/model.ts';
import { text } from '../catalogue.ts';

const icons = { text: Type, json: Braces, yaml: ListTree, number: Hash, boolean: ToggleLeft } as const;

/** The type of an entry, by sign and word. */
export function TypeTag({ type }: { readonly type: EntryType }): ReactElement {
  const Icon = icons[type];
  return (
    <span className="inline-flex items-center gap-1.5 align-middle text-xs text-ink-soft">
      <Icon className="size-3.5 text-ink-faint" aria-hidden />
      {text.types[type]}
    </span>
  );
}
