'use client';

import type { ReactElement, RefObject, SubmitEvent } from 'react';
import { useState } from 'react';
import { signInText } from '../catalogue/sign-in.ts';
import { Button } from '../ui/button.tsx';
import { Field, fieldText, TextInput } from '../ui/field.tsx';

export interface SignInFormProps {
  /** The field, for whoever decides on the focus. */
  readonly field: RefObject<HTMLInputElement | null>;
  readonly pending: boolean;
  /** Why the last attempt failed; null if there was none. */
  readonly error: string | null;
  readonly onSubmit: (key: string) => void;
}

export function SignInForm({ field, pending, error, onSubmit }: SignInFormProps): ReactElement {
  const [empty, setEmpty] = useState(false);
  const submit = (event: SubmitEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const key = fieldText(new FormData(event.currentTarget), 'key');
    setEmpty(key === '');
    if (key !== '') onSubmit(key);
  };
  return (
    // `post`, so that a key typed before the page is ready never lands in an address.
    <form method="post" onSubmit={submit} className="flex flex-col gap-4" noValidate>
      <Field label={signInText.keyLabel} hint={signInText.keyHint} error={empty ? signInText.empty : error}>
        {(control) => (
          <TextInput
            ref={field}
            {...control}
            name="key"
            type="password"
            autoComplete="current-password"

            spellCheck={false}
            className="h-9 font-mono"
          />
        )}
      </Field>
      <Button type="submit" look="primary" size="lg" disabled={pending}>
        {pending ? signInText.submitting : signInText.submit}
      </Button>
    </form>
  );
}
