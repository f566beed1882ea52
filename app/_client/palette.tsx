'use client';

import { useInfiniteQuery } from '@tanstack/react-query';
import { BookOpenCheck, Clock, FileText, Folder, LogOut, Moon, Plus, Search, Server, Sun, SunMoon } from 'lucide-react';
import { usePathname, useRouter } from 'next/navigation';
import { useTheme } from 'next-themes';
import type { ReactElement } from 'react';
import { useDeferredValue } from 'react';
import { paletteText } from '../../components/catalogue/palette.ts';
import { text } from '../../components/catalogue.ts';
import { namespaceOfPath, paths } from '../../components/paths.ts';
import type { Command, CommandGroup } from '../../components/shell/command-palette.tsx';
import { CommandPalette } from '../../components/shell/command-palette.tsx';
import { pagesFor } from '../../components/shell/nav.ts';
import { useZoneChoice } from '../../components/time.tsx';
import { namespacesQuery } from '../../lib/queries/namespaces.ts';
import { searchQuery } from '../../lib/queries/search.ts';
import { useConsole } from './console.tsx';
import { useLive } from './live.tsx';

/** How many of each kind are offered. */
const SHOWN = 8;
/** Shorter texts are in nearly everything. */
const SEARCH_CHARS_MIN = 2;

export interface PaletteProps {
  readonly query: string;
  readonly onQuery: (query: string) => void;
  readonly onClose: () => void;
  readonly onSignOut: () => void;
}

/** Everything that the console can go to or do, by name. */
export function Palette({ query, onQuery, onClose, onSignOut }: PaletteProps): ReactElement {
  const { reader } = useConsole();
  const router = useRouter();
  const wanted = useDeferredValue(query.trim());
  const namespaces = useInfiniteQuery(namespacesQuery(reader));
  const searching = wanted.length >= SEARCH_CHARS_MIN;
  const found = useInfiniteQuery({ ...searchQuery(reader, wanted, 'both', SHOWN), enabled: searching, staleTime: 5000 });
  const actions = useActions(onSignOut);
  const pages = usePages();

  const names = namespaces.data?.pages.flatMap(({ data }) => data.items) ?? [];
  const entries = searching ? (found.data?.pages[0]?.data.items ?? []) : [];
  const groups: readonly CommandGroup[] = [
    { label: paletteText.pages, items: pages.filter(fits(wanted)) },
    {
      label: paletteText.namespaces,
      items: names
        .filter(({ namespace }) => namespace.toLowerCase().includes(wanted.toLowerCase()))
        .slice(0, SHOWN)
        .map(({ namespace, entries: count }) => ({
          id: `namespace ${namespace}`,
          label: namespace,
          hint: text.entries(count),
          Icon: Folder,
          run: () => router.push(paths.namespace(namespace)),
        })),
    },
    {
      label: paletteText.entries,
      items: entries.map(({ namespace, key }) => ({
        id: `entry ${namespace} ${key}`,
        label: key,
        hint: namespace,
        Icon: FileText,
        run: () => router.push(paths.entry(namespace, key)),
      })),
    },
    { label: paletteText.actions, items: actions.filter(fits(wanted)) },
    {
      // Last: whatever fits by name is nearer to what is meant.
      label: paletteText.everywhere,
      items:
        wanted === ''
          ? []
          : [{ id: 'search', label: paletteText.searchAll(wanted), Icon: Search, run: () => router.push(paths.search(wanted)) }],
    },
  ];
  return (
    <CommandPalette
      groups={groups.filter(({ items }) => items.length > 0)}
      query={query}
      onQuery={onQuery}
      looking={found.isFetching}
      onClose={onClose}
    />
  );
}

/** Commands that have every word of a text. */
function fits(wanted: string): (command: Command) => boolean {
  const words = wanted.toLowerCase().split(/\s+/);
  return ({ label }) => words.every((word) => label.toLowerCase().includes(word));
}

function usePages(): readonly Command[] {
  const { session } = useConsole();
  const router = useRouter();
  return pagesFor(session.role).map(({ href, label, Icon }) => ({ id: `page ${href}`, label, Icon, run: () => router.push(href) }));
}

function useActions(onSignOut: () => void): readonly Command[] {
  const { session, choice, setChoice } = useConsole();
  const router = useRouter();
  const { setTheme } = useTheme();
  const { choose } = useZoneChoice();
  const { status } = useLive();
  const namespace = namespaceOfPath(usePathname());
  const themes = { light: Sun, dark: Moon, system: SunMoon } as const;
  return [
    ...(namespace === null || session.role === 'viewer'
      ? []
      : [{ id: 'new', label: paletteText.newEntry(namespace), Icon: Plus, run: () => router.push(paths.newEntry(namespace)) }]),
    ...(['light', 'dark', 'system'] as const).map((theme) => ({
      id: `theme ${theme}`,
      label: paletteText.theme(text.theme[theme]),
      Icon: themes[theme],
      run: () => setTheme(theme),
    })),
    ...(['local', 'utc'] as const).map((zone) => ({
      id: `time ${zone}`,
      label: paletteText.times(text.time[zone]),
      Icon: Clock,
      run: () => choose(zone),
    })),
    ...(['session', 'eventual', 'linearizable'] as const).map((mode) => ({
      id: `mode ${mode}`,
      label: paletteText.mode(text.reading.modes[mode]),
      Icon: BookOpenCheck,
      run: () => setChoice({ ...choice, mode }),
    })),
    ...[null, ...(status?.nodes.map(({ id }) => id) ?? [])].map((node) => ({
      id: `node ${node ?? ''}`,
      label: paletteText.node(node ?? text.reading.anyNode),
      Icon: Server,
      run: () => setChoice({ ...choice, node }),
    })),
    { id: 'sign-out', label: text.account.signOut, Icon: LogOut, run: onSignOut },
  ];
}
