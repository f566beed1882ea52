'use client';

import { useRouter } from 'next/navigation';
import type { ReactElement } from 'react';
import { useRef, useState } from 'react';
import { entryText } from '../../../../../../components/catalogue/entry.ts';
import { useFocusAtStart } from '../../../../../../components/ui/focus.ts';
import { paths } from '../../../../../../components/paths.ts';
import { Field, TextInput } from '../../../../../../components/ui/field.tsx';
import { keyFault } from '../../../../../../lib/contract/names.ts';
import { Crumbs } from '../crumbs.tsx';
import { EntryWorkbench } from '../entry-workbench.tsx';

/** A new entry: its key, then as any other. */
export function NewEntryPage({ namespace, firstKey }: { readonly namespace: string; readonly firstKey: string }): ReactElement {
  const router = useRouter();
  const [key, setKey] = useState(firstKey);
  const field = useRef<HTMLInputElement>(null);
  useFocusAtStart(field, firstKey === '');
  const fault = key === '' ? null : keyFault(key);
  return (
    <>
      <Crumbs namespace={namespace}>
        <h1 className="text-base font-semibold">{entryText.entry.new}</h1>
      </Crumbs>
      <EntryWorkbench
        namespace={namespace}
        entryKey={key}
        entry={null}
        blocked={keyFault(key)}
        onSaved={() => router.replace(paths.entry(namespace, key))}
        about={
          <Field label={entryText.entry.keyLabel} hint={entryText.entry.keyHint} error={fault} className="order-first w-full max-w-xl">
            {(control) => (
              <TextInput
                {...control}
                value={key}
                onChange={(event) => setKey(event.target.value)}
                className="font-mono"
                spellCheck={false}
                autoCapitalize="none"
                ref={field}
              />
            )}
          </Field>
        }
      />
    </>
  );
}
