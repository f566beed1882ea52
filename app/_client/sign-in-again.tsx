'use client';

import type { ReactElement } from 'react';
import { useRef } from 'react';
import { signInText } from '../../components/catalogue/sign-in.ts';
import { SignInForm } from '../../components/shell/sign-in-form.tsx';
import { Dialog, DialogBody } from '../../components/ui/dialog.tsx';
import { useSignIn } from './use-sign-in.ts';

/** The session has ended while something was typed: signs in without leaving the page. */
export function SignInAgain({ open, onDone }: { readonly open: boolean; readonly onDone: () => void }): ReactElement {
  const { pending, error, signIn } = useSignIn(onDone);
  const field = useRef<HTMLInputElement>(null);
  return (
    <Dialog
      open={open}
      onOpenChange={(next) => {
        if (!next) onDone();
      }}
      title={signInText.expiredTitle}
      description={signInText.expiredLead}
      initialFocus={field}
    >
      <DialogBody>
        <SignInForm field={field} pending={pending} error={error} onSubmit={(key) => void signIn(key)} />
      </DialogBody>
    </Dialog>
  );
}
