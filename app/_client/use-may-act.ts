'use client';

import { useConsole } from './console.tsx';

/** Only an admin whose key is limited to nothing may act on the cluster. */
export function useMayAct(): boolean {
  const { session } = useConsole();
  return session.role === 'admin' && session.scope === null;
}
