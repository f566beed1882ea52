import type { ReactElement } from 'react';

export function Kbd({ children }: { readonly children: string }): ReactElement {
  return (
    <kbd className="rounded-sm border border-current/25 px-1 font-sans text-2xs leading-4 font-medium opacity-80 pointer-coarse:hidden">
      {children}
    </kbd>
  );
}
