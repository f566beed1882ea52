import type { VariantProps } from 'class-variance-authority';
import { cva } from 'class-variance-authority';
import type { ComponentProps, ReactElement } from 'react';
import { cx } from './cx.ts';

export const buttonStyle = cva(
  'inline-flex shrink-0 items-center justify-center gap-1.5 rounded-md font-medium whitespace-nowrap transition-colors select-none disabled:opacity-50 aria-disabled:opacity-50 [&_svg]:size-4 [&_svg]:shrink-0',
  {
    variants: {
      look: {
        primary: 'bg-accent text-on-accent hover:bg-accent-strong disabled:hover:bg-accent',
        plain: 'border border-line bg-raised text-ink shadow-card hover:border-line-strong disabled:hover:border-line',
        quiet: 'text-ink-soft hover:bg-ink/6 hover:text-ink aria-expanded:bg-ink/6 aria-expanded:text-ink',
        danger: 'border border-bad/40 bg-raised text-bad hover:bg-bad-wash',
      },
      size: {
        lg: 'h-9 px-4 text-sm',
        md: 'h-8 px-3 text-sm',
        sm: 'h-7 px-2 text-xs',
        icon: 'size-8',
        'icon-sm': 'size-7',
        'icon-xs': 'size-6',
      },
    },
    defaultVariants: { look: 'plain', size: 'md' },
  },
);

export type ButtonProps = ComponentProps<'button'> & VariantProps<typeof buttonStyle>;

export function Button({ look, size, className, type = 'button', ...rest }: ButtonProps): ReactElement {
  return <button type={type} className={cx(buttonStyle({ look, size }), className)} {...rest} />;
}
