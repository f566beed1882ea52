import type { ReactElement, Ref } from 'react';
import { Field, TextInput } from './field.tsx';

export interface TypedNameProps {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly inputRef?: Ref<HTMLInputElement> | undefined;
}

/** Where the name of something has to be typed before it goes for good. */
export function TypedName({ label, value, onChange, inputRef }: TypedNameProps): ReactElement {
  return (
    <Field label={label}>
      {(control) => (
        <TextInput
          {...control}
          ref={inputRef}
          value={value}
          onChange={(event) => onChange(event.target.value)}
          className="font-mono"
          spellCheck={false}
          autoCapitalize="none"
        />
      )}
    </Field>
  );
}
