'use client';

import { createContext, useContext } from 'react';

const Context = createContext('');

/** Hands the page's nonce to what adds styles of its own. */
export const NonceProvider = Context.Provider;

export function useNonce(): string {
  return useContext(Context);
}
