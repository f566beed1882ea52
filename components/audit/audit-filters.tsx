'use client';

import { SlidersHorizontal, X } from 'lucide-react';
import type { ComponentProps, ReactElement, RefObject } from 'react';
import { useState } from 'react';
import { AUDIT_ACTIONS } from '../../lib/contract/model.ts';
import { namespaceFault } from '../../lib/contract/names.ts';
import type { AuditFilter } from '../../lib/queries/audit-filter.ts';
import { auditText } from '../catalogue/audit.ts';
import { Button } from '../ui/button.tsx';
import { cx } from '../ui/cx.ts';
import { Field, NativeSelect, TextInput } from '../ui/field.tsx';
import { actionText, fromFieldTime, toFieldTime } from './describe.ts';

export interface AuditFiltersProps {
  readonly filter: AuditFilter;
  /** Whether times are written in UTC. */
  readonly utc: boolean;
  readonly search: RefObject<HTMLInputElement | null>;
  readonly onChange: (change: AuditFilter) => void;
  readonly onClear: () => void;
}

/** What is looked for: free text, and exact fields behind a button. All of it stands in the address. */
export function AuditFilters({ filter, utc, search, onChange, onClear }: AuditFiltersProps): ReactElement {
  const exact = Object.keys(filter).filter((field) => field !== 'search').length;
  const [shown, setShown] = useState(exact > 0);
  const any = Object.keys(filter).length > 0;
  const text = (field: 'namespace' | 'key' | 'actor') => (value: string) => onChange({ [field]: value === '' ? undefined : value });
  return (
    <search className="flex flex-col gap-3">
      <div className="flex flex-wrap items-center gap-2">
        <Typed
          ref={search}
          type="search"
          value={filter.search ?? ''}
          onCommit={(value) => onChange({ search: value === '' ? undefined : value })}
          placeholder={auditText.search}
          aria-label={auditText.search}
          aria-keyshortcuts="/"
          title={auditText.searchHint}
          className="w-72! max-sm:w-full!"
        />
        <Button onClick={() => setShown(!shown)} aria-expanded={shown} className={cx(exact > 0 && 'border-accent/50 text-accent')}>
          <SlidersHorizontal aria-hidden />
          {auditText.filters}
          {exact === 0 ? null : <span className="tnum">{exact}</span>}
        </Button>
        {any ? (
          <Button look="quiet" onClick={onClear}>
            <X aria-hidden />
            {auditText.clear}
          </Button>
        ) : null}
      </div>
      {shown ? (
        <div className="grid grid-cols-2 gap-3 lg:grid-cols-6">
          <Field label={auditText.action}>
            {(control) => (
              <NativeSelect
                {...control}
                value={filter.action ?? ''}
                onChange={(event) => onChange({ action: AUDIT_ACTIONS.find((action) => action === event.target.value) })}
              >
                <option value="">{auditText.anyAction}</option>
                {AUDIT_ACTIONS.map((action) => (
                  <option key={action} value={action}>
                    {actionText(action)}
                  </option>
                ))}
              </NativeSelect>
            )}
          </Field>
          <Field
            label={auditText.namespace}
            error={filter.namespace !== undefined && namespaceFault(filter.namespace) !== null ? auditText.fault.namespace : null}
          >
            {(control) => (
              <Typed
                {...control}
                value={filter.namespace ?? ''}
                onCommit={text('namespace')}
                placeholder={auditText.namespaceHint}
                spellCheck={false}
                autoCapitalize="none"
              />
            )}
          </Field>
          <Field label={auditText.key}>
            {(control) => <Typed {...control} value={filter.key ?? ''} onCommit={text('key')} spellCheck={false} autoCapitalize="none" />}
          </Field>
          <Field label={auditText.actor}>
            {(control) => (
              <Typed {...control} value={filter.actor ?? ''} onCommit={text('actor')} spellCheck={false} autoCapitalize="none" />
            )}
          </Field>
          {(['from', 'to'] as const).map((edge) => (
            // On a phone each has the width, or its end would be cut off.
            <Field key={edge} label={auditText[edge]} className="max-sm:col-span-2">
              {(control) => (
                <TextInput
                  {...control}
                  type="datetime-local"
                  step={1}
                  value={toFieldTime(filter[edge], utc)}
                  onChange={(event) => onChange({ [edge]: fromFieldTime(event.target.value, utc) })}
                />
              )}
            </Field>
          ))}
        </div>
      ) : null}
    </search>
  );
}

const REST_MS = 250;

/** A text field that tells what stands in it when typing rests, or at Enter. */
function Typed({
  value,
  onCommit,
  ...rest
}: Omit<ComponentProps<'input'>, 'value' | 'onChange'> & {
  readonly value: string;
  readonly onCommit: (value: string) => void;
}): ReactElement {
  const [typed, setTyped] = useState(value);
  const [shown, setShown] = useState(value);
  const [timer, setTimer] = useState<ReturnType<typeof setTimeout> | null>(null);
  // The address has changed by other means: by a link, or by clearing all.
  if (value !== shown) {
    setShown(value);
    if (value !== typed.trim()) setTyped(value);
  }
  const commit = (text: string): void => {
    if (timer !== null) clearTimeout(timer);
    setTimer(null);
    if (text.trim() !== value) onCommit(text.trim());
  };
  return (
    <TextInput
      {...rest}
      value={typed}
      onChange={(event) => {
        const next = event.target.value;
        setTyped(next);
        if (timer !== null) clearTimeout(timer);
        setTimer(setTimeout(() => onCommit(next.trim()), REST_MS));
      }}
      onKeyDown={(event) => {
        if (event.key === 'Enter') commit(typed);
      }}
      onBlur={() => commit(typed)}
    />
  );
}
