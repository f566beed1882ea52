'use client';

import { useState } from 'react';
import { signInText } from '../../components/catalogue/sign-in.ts';
import { text } from '../../components/catalogue.ts';
import { createClient } from '../../lib/client/create-client.ts';
import { ConfmanError } from '../../lib/client/errors.ts';

export interface SigningIn {
  readonly pending: boolean;
  readonly error: string | null;
  readonly signIn: (key: string) => Promise<void>;
}

/**
 * Signs in with an API key: the node seals it into a cookie that no script can read.
 *
 * @param onDone called when it has; the form stays busy if that leads away from the page
 */
export function useSignIn(onDone: () => void): SigningIn {
  const [pending, setPending] = useState(false);
  const [error, setError] = useState<string | null>(null);
  return {
    pending,
    error,
    signIn: async (key) => {
      setPending(true);
      setError(null);
      try {
        await createClient({ endpoints: [''] }).signIn.signIn(key);
        onDone();
      } catch (failure) {
        setError(explain(failure));
        setPending(false);
      }
    },
  };
}

function explain(failure: unknown): string {
  if (!(failure instanceof ConfmanError)) return text.failure.otherTitle;
  switch (failure.code) {
    case 'unauthenticated':
    case 'invalid-body':
      return signInText.wrongKey;
    case 'rate-limited':
      return signInText.tooMany;
    case 'origin-mismatch':
      return signInText.otherOrigin;
    case 'unreachable':
    case 'deadline':
      return signInText.unreachable;
    default:
      return failure.message;
  }
}
