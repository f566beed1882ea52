'use client';

import { CSPProvider } from '@base-ui/react/csp-provider';
import { Menu as Base } from '@base-ui/react/menu';
import { Check } from 'lucide-react';
import type { ReactElement, ReactNode } from 'react';
import { text } from '../catalogue.ts';
import { cx } from './cx.ts';
import { useNonce } from './nonce.tsx';

export interface MenuProps {
  readonly trigger: ReactElement;
  readonly children: ReactNode;
  readonly align?: 'start' | 'end' | undefined;
}

/** A short list of actions or choices, open from the start: it is loaded when it is asked for. */
export function Menu({ trigger, children, align = 'end' }: MenuProps): ReactElement {
  return (
    <CSPProvider nonce={useNonce()}>
      <Base.Root defaultOpen>
        <Base.Trigger render={trigger} />
        {/* All that a page shows lies in a landmark, so that nobody who goes by landmarks misses it. */}
        <Base.Portal render={<section aria-label={text.menu} />}>
          <Base.Positioner align={align} sideOffset={6} className="z-50 outline-none">
            <Base.Popup className="max-w-[min(22rem,92vw)] min-w-52 rounded-lg border bg-raised p-1 text-sm shadow-float transition duration-100 outline-none data-ending-style:opacity-0 data-starting-style:opacity-0">
              {children}
            </Base.Popup>
          </Base.Positioner>
        </Base.Portal>
      </Base.Root>
    </CSPProvider>
  );
}

const itemStyle =
  'flex min-h-8 cursor-pointer gap-2 rounded-sm px-2 py-1.5 outline-none select-none data-disabled:cursor-not-allowed data-disabled:opacity-50 data-highlighted:bg-ink/7 [&_svg]:size-4 [&_svg]:shrink-0 [&_svg]:text-ink-faint';

export function MenuItem({
  onClick,
  children,
  disabled,
}: {
  readonly onClick: () => void;
  readonly children: ReactNode;
  readonly disabled?: boolean | undefined;
}): ReactElement {
  return (
    <Base.Item className={cx(itemStyle, 'items-center')} onClick={onClick} disabled={disabled ?? false}>
      {children}
    </Base.Item>
  );
}

export interface MenuChoiceProps<T extends string> {
  readonly label: string;
  readonly value: T;
  readonly onChange: (value: T) => void;
  readonly choices: readonly { readonly value: T; readonly label: string; readonly hint?: string | undefined }[];
}

/** One of several, ticked. */
export function MenuChoice<T extends string>({ label, value, onChange, choices }: MenuChoiceProps<T>): ReactElement {
  return (
    <Base.Group>
      <Base.GroupLabel className="px-2 pt-1.5 pb-1 text-xs font-medium text-ink-faint">{label}</Base.GroupLabel>
      <Base.RadioGroup value={value} onValueChange={(chosen: unknown) => onChange(chosen as T)}>
        {choices.map((choice) => (
          <Base.RadioItem key={choice.value} value={choice.value} className={cx(itemStyle, 'items-start')} closeOnClick>
            <span className="mt-0.5 flex size-4 shrink-0 items-center justify-center">
              <Base.RadioItemIndicator>
                <Check className="text-accent!" aria-hidden />
              </Base.RadioItemIndicator>
            </span>
            <span className="flex min-w-0 flex-col">
              <span>{choice.label}</span>
              {choice.hint === undefined ? null : <span className="text-xs text-ink-faint">{choice.hint}</span>}
            </span>
          </Base.RadioItem>
        ))}
      </Base.RadioGroup>
    </Base.Group>
  );
}

export function MenuLine(): ReactElement {
  return <Base.Separator className="-mx-1 my-1 h-px bg-line" />;
}

/** Words that are read, not chosen. */
export function MenuNote({ children }: { readonly children: ReactNode }): ReactElement {
  return <div className="px-2 py-1.5">{children}</div>;
}
