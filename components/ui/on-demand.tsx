'use client';

import type { ComponentType, KeyboardEvent, MouseEvent, ReactElement } from 'react';
import { cloneElement, useState } from 'react';

interface TriggerProps {
  readonly onClick?: ((event: MouseEvent) => void) | undefined;
  readonly onPointerEnter?: (() => void) | undefined;
  readonly onFocus?: (() => void) | undefined;
  readonly onKeyDown?: ((event: KeyboardEvent) => void) | undefined;
  readonly 'aria-haspopup'?: 'menu' | 'dialog' | undefined;
  readonly 'aria-expanded'?: boolean | undefined;
}

export interface PopupProps {
  /** The button that opens it, which it renders in place of the plain one. */
  readonly trigger: ReactElement;
}

export interface OnDemandProps<P> {
  readonly kind: 'menu' | 'dialog';
  readonly trigger: ReactElement<TriggerProps>;
  /** Loads the popup, which opens at once. */
  readonly load: () => Promise<{ readonly Popup: ComponentType<P & PopupProps> }>;
  readonly popup: P;
}

/** A button whose menu or popover is fetched when it is first asked for: the first load of a page is for the page. */
export function OnDemand<P extends object>({ kind, trigger, load, popup }: OnDemandProps<P>): ReactElement {
  const [Loaded, setLoaded] = useState<ComponentType<P & PopupProps> | null>(null);
  if (Loaded !== null) return <Loaded {...popup} trigger={trigger} />;

  const open = (): void => {
    load().then(
      ({ Popup }) => setLoaded(() => Popup),
      // The node is away: the button stays a button, and the next press tries again.
      () => undefined,
    );
  };
  const warmUp = (): void => void load().catch(() => undefined);
  return cloneElement(trigger, {
    'aria-haspopup': kind,
    'aria-expanded': false,
    onPointerEnter: warmUp,
    onFocus: warmUp,
    onClick: open,
    onKeyDown: (event: KeyboardEvent) => {
      if (kind !== 'menu' || event.key !== 'ArrowDown') return;
      event.preventDefault();
      open();
    },
  });
}
