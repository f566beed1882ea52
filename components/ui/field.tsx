import type { ComponentProps, ReactElement, ReactNode } from 'react';
import { useId } from 'react';
import { cx } from './cx.ts';

export function TextInput({ className, ...rest }: ComponentProps<'input'>): ReactElement {
  return <input className={cx('field-box field-line', className)} autoComplete="off" {...rest} />;
}

export function TextArea({ className, ...rest }: ComponentProps<'textarea'>): ReactElement {
  return <textarea className={cx('field-box py-1.5', className)} {...rest} />;
}

/** The browser's own list: works with every keyboard, screen reader and phone. */
export function NativeSelect({ className, ...rest }: ComponentProps<'select'>): ReactElement {
  return <select className={cx('field-box field-line cursor-pointer pr-1', className)} {...rest} />;
}

export interface FieldProps {
  readonly label: string;
  readonly hint?: string | undefined;
  readonly error?: string | null | undefined;
  readonly className?: string | undefined;
  /** Gets the ids that tie label, hint and error to the control. */
  readonly children: (control: {
    readonly id: string;
    readonly 'aria-describedby': string | undefined;
    readonly 'aria-invalid': true | undefined;
  }) => ReactNode;
}

/** A label, its control, and what is wrong with what stands in it. */
export function Field({ label, hint, error, className, children }: FieldProps): ReactElement {
  const id = useId();
  const faulty = error !== null && error !== undefined;
  const note = faulty ? error : hint;
  return (
    <div className={cx('flex flex-col gap-1', className)}>
      <label htmlFor={id} className="text-sm font-medium">
        {label}
      </label>
      {children({ id, 'aria-describedby': note === undefined ? undefined : `${id}-note`, 'aria-invalid': faulty ? true : undefined })}
      {note === undefined ? null : (
        <p id={`${id}-note`} className={cx('text-xs', faulty ? 'text-bad' : 'text-ink-faint')} role={faulty ? 'alert' : undefined}>
          {note}
        </p>
      )}
    </div>
  );
}

/** What stands in a text field of a form, without blanks around it. */
export function fieldText(form: FormData, name: string): string {
  const value = form.get(name);
  return typeof value === 'string' ? value.trim() : '';
}
