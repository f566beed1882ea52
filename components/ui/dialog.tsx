'use client';

import { CSPProvider } from '@base-ui/react/csp-provider';
import { Dialog as Base } from '@base-ui/react/dialog';
import { X } from 'lucide-react';
import type { ReactElement, ReactNode, RefObject } from 'react';
import { text } from '../catalogue.ts';
import { buttonStyle } from './button.tsx';
import { cx } from './cx.ts';
import { useNonce } from './nonce.tsx';

export interface DialogProps {
  readonly open: boolean;
  readonly onOpenChange: (open: boolean) => void;
  readonly title: string;
  readonly description?: ReactNode;
  /** Gets the focus when the dialog opens. */
  readonly initialFocus: RefObject<HTMLElement | null>;
  /** `wide` for two texts side by side. */
  readonly size?: 'narrow' | 'wide' | undefined;
  readonly children: ReactNode;
}

/** A modal dialog; a sheet that fills the screen on a phone. */
export function Dialog({ open, onOpenChange, title, description, initialFocus, size = 'narrow', children }: DialogProps): ReactElement {
  return (
    <CSPProvider nonce={useNonce()}>
      <Base.Root open={open} onOpenChange={onOpenChange}>
        <Base.Portal>
          <Base.Backdrop className="fixed inset-0 z-40 bg-black/45 transition-opacity duration-150 data-ending-style:opacity-0 data-starting-style:opacity-0" />
          <Base.Popup
            initialFocus={initialFocus}
            className={cx(
              'fixed inset-x-0 bottom-0 z-50 flex max-h-[94dvh] flex-col overflow-hidden rounded-t-lg border bg-surface shadow-float transition duration-150 outline-none data-ending-style:translate-y-2 data-ending-style:opacity-0 data-starting-style:translate-y-2 data-starting-style:opacity-0 sm:inset-x-auto sm:bottom-auto sm:left-1/2 sm:-translate-x-1/2 sm:rounded-lg',
              size === 'narrow' ? 'sm:top-[12vh] sm:max-h-[76vh] sm:w-[30rem]' : 'sm:top-[5vh] sm:max-h-[90vh] sm:w-[min(72rem,94vw)]',
            )}
          >
            <header className="flex items-start gap-3 border-b px-4 py-3">
              <div className="min-w-0 flex-1">
                <Base.Title className="text-base font-semibold">{title}</Base.Title>
                {description === undefined ? null : (
                  <Base.Description className="mt-0.5 text-sm text-ink-soft">{description}</Base.Description>
                )}
              </div>
              <Base.Close className={buttonStyle({ look: 'quiet', size: 'icon-sm' })} aria-label={text.close}>
                <X aria-hidden />
              </Base.Close>
            </header>
            {children}
          </Base.Popup>
        </Base.Portal>
      </Base.Root>
    </CSPProvider>
  );
}

export function DialogBody({
  children,
  className,
}: {
  readonly children: ReactNode;
  readonly className?: string | undefined;
}): ReactElement {
  return <div className={cx('scroll-thin min-h-0 flex-1 overflow-auto px-4 py-4', className)}>{children}</div>;
}

export function DialogFooter({ children }: { readonly children: ReactNode }): ReactElement {
  return <footer className="flex flex-wrap items-center justify-end gap-2 border-t bg-sunken px-4 py-3">{children}</footer>;
}
