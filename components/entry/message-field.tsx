import type { ReactElement, RefObject } from 'react';
import { entryText } from '../catalogue/entry.ts';
import { Field, TextInput } from '../ui/field.tsx';

export interface MessageFieldProps {
  readonly value: string;
  readonly onChange: (message: string) => void;
  readonly field?: RefObject<HTMLInputElement | null> | undefined;
}

/** Why a change is made. */
export function MessageField({ value, onChange, field }: MessageFieldProps): ReactElement {
  return (
    <Field label={entryText.review.message}>
      {(control) => (
        <TextInput
          {...(field === undefined ? {} : { ref: field })}
          {...control}
          value={value}
          onChange={(event) => onChange(event.target.value)}
          maxLength={1000}
          placeholder={entryText.review.messagePlaceholder}
        />
      )}
    </Field>
  );
}
