'use client';

import type { ReactElement, SubmitEvent } from 'react';
import { useRef, useState } from 'react';
import type { Role } from '../../lib/contract/model.ts';
import { ROLES } from '../../lib/contract/model.ts';
import { namespaceFault } from '../../lib/contract/names.ts';
import type { CreateKeyRequest } from '../../lib/contract/schemas/access.ts';
import { accessText } from '../catalogue/access.ts';
import { text } from '../catalogue.ts';
import { Button } from '../ui/button.tsx';
import { Dialog, DialogBody, DialogFooter } from '../ui/dialog.tsx';
import { Field, fieldText, NativeSelect, TextArea, TextInput } from '../ui/field.tsx';
import { Notice } from '../ui/notice.tsx';
import type { Lifetime } from './key-state.ts';
import { expiryOf, scopeOf } from './key-state.ts';

const said = accessText.creating;

export interface NewKeyDialogProps {
  readonly pending: boolean;
  readonly error: string | null;
  readonly onSubmit: (request: CreateKeyRequest) => void;
  readonly onClose: () => void;
}

/** Who gets a key, what it may do, where, and until when. */
export function NewKeyDialog({ pending, error, onSubmit, onClose }: NewKeyDialogProps): ReactElement {
  const first = useRef<HTMLInputElement>(null);
  const [role, setRole] = useState<Role>('viewer');
  const [lifetime, setLifetime] = useState<Lifetime>('never');
  const [scoped, setScoped] = useState(false);
  const [faults, setFaults] = useState<{ readonly name?: string; readonly scope?: string; readonly day?: string }>({});

  const submit = (event: SubmitEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const name = fieldText(form, 'name');
    const scope = scopeOf(fieldText(form, 'scope'));
    const wrong = scope.map((namespace) => ({ namespace, fault: namespaceFault(namespace) })).find(({ fault }) => fault !== null);
    const expiresAt = expiryOf(lifetime, fieldText(form, 'day'), Date.now());
    const found = {
      ...(name === '' ? { name: said.nameEmpty } : {}),
      ...(wrong === undefined ? {} : { scope: said.scopeFault(wrong.namespace, wrong.fault ?? '') }),
      ...(expiresAt === undefined ? { day: said.dateFault } : {}),
    };
    setFaults(found);
    if (Object.keys(found).length > 0 || pending || expiresAt === undefined) return;
    onSubmit({ name, role, ...(scope.length === 0 ? {} : { scope: [...scope] }), ...(expiresAt === null ? {} : { expiresAt }) });
  };

  return (
    <Dialog
      open
      onOpenChange={(open) => {
        if (!open) onClose();
      }}
      initialFocus={first}
      title={said.title}
      description={said.lead}
    >
      <form onSubmit={submit} className="flex min-h-0 flex-col" noValidate>
        <DialogBody className="flex flex-col gap-4">
          {error === null ? null : (
            <Notice look="bad" live="assertive" title={accessText.failed}>
              {error}
            </Notice>
          )}
          <Field label={said.name} hint={said.nameHint} error={faults.name}>
            {(control) => <TextInput {...control} ref={first} name="name" maxLength={100} spellCheck={false} autoCapitalize="none" />}
          </Field>
          <RoleChoice role={role} onChange={setRole} />
          <Field label={said.scope} hint={role === 'admin' && scoped ? said.scopeAdmin : said.scopeHint} error={faults.scope}>
            {(control) => (
              <TextArea
                {...control}
                name="scope"
                rows={2}
                className="font-mono"
                spellCheck={false}
                onChange={(event) => setScoped(event.target.value.trim() !== '')}
              />
            )}
          </Field>
          <div className="flex flex-wrap gap-4">
            <Field label={said.expires} className="min-w-36 flex-1">
              {(control) => (
                <NativeSelect {...control} value={lifetime} onChange={(event) => setLifetime(event.target.value as Lifetime)}>
                  {(Object.keys(said.lifetimes) as Lifetime[]).map((each) => (
                    <option key={each} value={each}>
                      {said.lifetimes[each]}
                    </option>
                  ))}
                </NativeSelect>
              )}
            </Field>
            {lifetime === 'date' ? (
              <Field label={said.date} error={faults.day} className="min-w-36 flex-1">
                {(control) => <TextInput {...control} name="day" type="date" />}
              </Field>
            ) : null}
          </div>
        </DialogBody>
        <DialogFooter>
          <Button onClick={onClose}>{text.cancel}</Button>
          <Button type="submit" look="primary" disabled={pending}>
            {pending ? said.submitting : said.submit}
          </Button>
        </DialogFooter>
      </form>
    </Dialog>
  );
}

function RoleChoice({ role, onChange }: { readonly role: Role; readonly onChange: (role: Role) => void }): ReactElement {
  return (
    <fieldset>
      <legend className="mb-1 text-sm font-medium">{said.role}</legend>
      <div className="flex flex-col gap-1">
        {ROLES.map((each) => (
          <label
            key={each}
            className="flex cursor-pointer items-baseline gap-2 rounded-md border px-3 py-2 text-sm has-checked:border-accent/60 has-checked:bg-accent-wash"
          >
            <input
              type="radio"
              name="role"
              value={each}
              checked={role === each}
              onChange={() => onChange(each)}
              className="accent-accent"
            />
            <span className="font-medium">{text.account.roles[each]}</span>
            <span className="text-ink-soft">{text.account.roleMeaning[each]}</span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}
