'use client';

import type { ReactElement } from 'react';
import { useRef } from 'react';
import { SignInForm } from '../../components/shell/sign-in-form.tsx';
import { useFocusAtStart } from '../../components/ui/focus.ts';
import { useSignIn } from '../_client/use-sign-in.ts';

/** Signs in, then loads the page that was asked for anew: everything on it depends on who is signed in. */
export function SignIn({ next }: { readonly next: string }): ReactElement {
  const { pending, error, signIn } = useSignIn(() => location.assign(next));
  const field = useRef<HTMLInputElement>(null);
  useFocusAtStart(field);
  return <SignInForm field={field} pending={pending} error={error} onSubmit={(key) => void signIn(key)} />;
}
