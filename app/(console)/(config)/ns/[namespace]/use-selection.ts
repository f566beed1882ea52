'use client';

import { useCallback, useMemo, useState } from 'react';
import type { Selection } from '../../../../../components/config/entries-table.tsx';

export interface Selecting {
  readonly selection: Selection;
  readonly clear: () => void;
}

/** Which entries of a namespace are chosen. */
export function useSelection(): Selecting {
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const clear = useCallback(() => setChosen(new Set()), []);
  const selection = useMemo(
    (): Selection => ({
      chosen,
      onChoose: (keys, on) =>
        setChosen((before) => {
          const next = new Set(before);
          for (const key of keys) {
            if (on) next.add(key);
            else next.delete(key);
          }
          return next;
        }),
    }),
    [chosen],
  );
  return { selection, clear };
}
