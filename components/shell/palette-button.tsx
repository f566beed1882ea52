'use client';

import { Search } from 'lucide-react';
import type { ReactElement } from 'react';
import { useEffect, useEffectEvent } from 'react';
import { text } from '../catalogue.ts';
import { Button } from '../ui/button.tsx';
import { Kbd } from '../ui/kbd.tsx';

/** Opens the command palette: by press, and from anywhere by Ctrl+K, or Cmd+K on a Mac, where Ctrl+K is a key of editing. */
export function PaletteButton({ onOpen }: { readonly onOpen: () => void }): ReactElement {
  const open = useEffectEvent(onOpen);
  useEffect(() => {
    const mac = navigator.userAgent.includes('Mac');
    const onKeyDown = (event: KeyboardEvent): void => {
      if (event.key.toLowerCase() !== 'k' || event.altKey || event.shiftKey || !(mac ? event.metaKey : event.ctrlKey)) return;
      event.preventDefault();
      open();
    };
    document.addEventListener('keydown', onKeyDown, { capture: true });
    return () => document.removeEventListener('keydown', onKeyDown, { capture: true });
  }, []);
  return (
    <Button
      onClick={onOpen}
      aria-label={text.palette.open}
      aria-keyshortcuts="Control+K Meta+K"
      aria-haspopup="dialog"
      className="text-ink-soft max-sm:border-0 max-sm:bg-transparent max-sm:px-2 max-sm:shadow-none xl:w-52 xl:justify-start"
    >
      <Search aria-hidden />
      <span className="max-sm:hidden">{text.palette.openShort}</span>
      <span className="ml-auto max-xl:hidden">
        <Kbd>{text.palette.shortcut}</Kbd>
      </span>
    </Button>
  );
}
