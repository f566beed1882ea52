import type { ReactElement } from 'react';
import { cx } from './cx.ts';

export interface SwitchProps {
  /** What it does when it is on. */
  readonly label: string;
  readonly checked: boolean;
  readonly disabled?: boolean | undefined;
  readonly onChange: (checked: boolean) => void;
  /** How it stands now, beside it. */
  readonly words: string;
}

/** Something that is on or off, and takes effect at once. */
export function Switch({ label, checked, disabled = false, onChange, words }: SwitchProps): ReactElement {
  return (
    <span className="inline-flex items-center gap-2">
      <button
        type="button"
        role="switch"
        aria-checked={checked}
        aria-label={label}
        disabled={disabled}
        onClick={() => onChange(!checked)}
        className={cx(
          'relative h-5 w-9 shrink-0 rounded-full border transition-colors disabled:opacity-50',
          checked ? 'border-warn-mark bg-warn-mark' : 'border-line-strong bg-sunken',
        )}
      >
        <span
          aria-hidden
          className={cx(
            'absolute top-[2px] size-3.5 rounded-full shadow-card transition-[left]',
            checked ? 'left-[18px] bg-surface' : 'left-[2px] bg-line-strong',
          )}
        />
      </button>
      <span className={cx('text-xs whitespace-nowrap', checked ? 'font-medium text-warn' : 'text-ink-soft')}>{words}</span>
    </span>
  );
}
