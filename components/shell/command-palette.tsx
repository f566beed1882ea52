'use client';

import { Autocomplete } from '@base-ui/react/autocomplete';
import { CSPProvider } from '@base-ui/react/csp-provider';
import { Dialog } from '@base-ui/react/dialog';
import type { LucideIcon } from 'lucide-react';
import { Search } from 'lucide-react';
import type { ReactElement } from 'react';
import { useRef } from 'react';
import { paletteText } from '../catalogue/palette.ts';
import { text } from '../catalogue.ts';
import { useNonce } from '../ui/nonce.tsx';

/** Something that the palette can do. */
export interface Command {
  readonly id: string;
  readonly label: string;
  /** What it is about, at the right. */
  readonly hint?: string | undefined;
  readonly Icon: LucideIcon;
  readonly run: () => void;
}

export interface CommandGroup {
  readonly label: string;
  readonly items: readonly Command[];
}

export interface CommandPaletteProps {
  /** What fits what was typed. */
  readonly groups: readonly CommandGroup[];
  readonly query: string;
  readonly onQuery: (query: string) => void;
  /** Entries are being looked for. */
  readonly looking: boolean;
  readonly onClose: () => void;
}

/** One field for everything: arrows move, Enter does it, Escape leaves. */
export function CommandPalette({ groups, query, onQuery, looking, onClose }: CommandPaletteProps): ReactElement {
  const field = useRef<HTMLInputElement>(null);
  return (
    <CSPProvider nonce={useNonce()}>
      <Dialog.Root
        open
        onOpenChange={(open) => {
          if (!open) onClose();
        }}
      >
        <Dialog.Portal>
          <Dialog.Backdrop className="fixed inset-0 z-40 bg-black/45" />
          <Dialog.Popup
            initialFocus={field}
            aria-label={text.palette.open}
            className="fixed top-[8vh] left-1/2 z-50 flex max-h-[min(32rem,80dvh)] w-[min(40rem,94vw)] -translate-x-1/2 flex-col overflow-hidden rounded-lg border bg-raised shadow-float outline-none"
          >
            <Autocomplete.Root
              inline
              open
              mode="none"
              autoHighlight="always"
              keepHighlight
              items={groups}
              value={query}
              onValueChange={onQuery}
              itemToStringValue={(item: Command) => item.label}
            >
              <div className="flex items-center gap-2.5 border-b px-4">
                <Search className="size-4 shrink-0 text-ink-faint" aria-hidden />
                <Autocomplete.Input
                  ref={field}
                  aria-label={paletteText.placeholder}
                  placeholder={paletteText.placeholder}
                  className="h-12 w-full min-w-0 bg-transparent text-base outline-none placeholder:text-ink-faint max-sm:text-[1rem]"
                />
              </div>
              <Autocomplete.List className="scroll-thin min-h-0 flex-1 overflow-auto p-1.5 outline-none empty:hidden">
                {(group: CommandGroup) => (
                  <Autocomplete.Group key={group.label} items={group.items} className="pb-1">
                    <Autocomplete.GroupLabel className="px-2.5 pt-2 pb-1 text-xs font-medium text-ink-faint">
                      {group.label}
                    </Autocomplete.GroupLabel>
                    <Autocomplete.Collection>
                      {(item: Command) => (
                        <Autocomplete.Item
                          key={item.id}
                          value={item}
                          onClick={() => {
                            onClose();
                            item.run();
                          }}
                          className="flex min-h-9 cursor-pointer items-center gap-3 rounded-md px-2.5 py-1 text-sm outline-none select-none data-highlighted:bg-accent-wash data-highlighted:text-accent"
                        >
                          <item.Icon className="size-4 shrink-0 opacity-70" aria-hidden />
                          <span className="min-w-0 flex-1 truncate">{item.label}</span>
                          {item.hint === undefined ? null : <span className="max-w-[45%] truncate text-xs text-ink-soft">{item.hint}</span>}
                        </Autocomplete.Item>
                      )}
                    </Autocomplete.Collection>
                  </Autocomplete.Group>
                )}
              </Autocomplete.List>
              <Autocomplete.Empty className="px-4 py-6 text-center text-sm text-ink-soft empty:hidden">
                {looking ? paletteText.looking : paletteText.nothing}
              </Autocomplete.Empty>
            </Autocomplete.Root>
          </Dialog.Popup>
        </Dialog.Portal>
      </Dialog.Root>
    </CSPProvider>
  );
}
