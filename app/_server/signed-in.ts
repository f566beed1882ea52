import { cache } from 'react';
import { ConfmanError } from '../../lib/client/errors.ts';
import type { Session } from '../../lib/contract/schemas/access.ts';
import { serverReader } from './reader.ts';

export type SignedIn =
  | { readonly kind: 'signed-in'; readonly session: Session }
  | { readonly kind: 'signed-out' }
  /** The node cannot say now. */
  | { readonly kind: 'unknown'; readonly error: ConfmanError };

/** Who asks for this page. Asked once per request. */
export const signedIn = cache(async (): Promise<SignedIn> => {
  const { client } = await serverReader();
  try {
    const { data } = await client.signIn.whoAmI({ session: false });
    return { kind: 'signed-in', session: data };
  } catch (error) {
    if (!(error instanceof ConfmanError)) throw error;
    return error.code === 'unauthenticated' ? { kind: 'signed-out' } : { kind: 'unknown', error };
  }
});
