'use client';

import type { ReactElement } from 'react';
import { SignInForm } from '../../components/shell/sign-in-form.tsx';
import { useSignIn } from '../_client/use-sign-in.ts';

/** Signs in, then loads the page that was asked for anew: everything on it depends on who is signed in. */
export function SignIn({ next }: { readonly next: string }): ReactElement {
  const { pending, error, signIn } = useSignIn(() => location.assign(next));
  return <SignInForm pending={pending} error={error} onSubmit={(key) => void signIn(key)} />;
}
