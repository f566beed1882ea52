'use client';

import { useMutation } from '@tanstack/react-query';
import type { ReactElement } from 'react';
import { useState } from 'react';
import { membersText } from '../../../components/catalogue/members.ts';
import { removalEffect } from '../../../components/cluster/joining.ts';
import { paths } from '../../../components/paths.ts';
import { ConfirmDialog } from '../../../components/ui/confirm-dialog.tsx';
import { toast } from '../../../components/ui/toast.ts';
import { TypedName } from '../../../components/ui/typed-name.tsx';
import type { ClusterStatus } from '../../../lib/contract/cluster.ts';
import { useConsole } from '../../_client/console.tsx';
import { MEMBERS_MS, memberFailure } from './member-failure.ts';

export interface RemoveDialogProps {
  readonly status: ClusterStatus;
  readonly node: string;
  readonly onClose: () => void;
}

/** Removes a member for good, after saying what that leaves; its name has to be typed. */
export function RemoveDialog({ status, node, onClose }: RemoveDialogProps): ReactElement {
  const { reader } = useConsole();
  const [typed, setTyped] = useState('');
  const words = membersText.removing;
  // Of when the dialog was opened: once it is removed, the status tells of it no more.
  const [{ votes, leads, left, spare }] = useState(() => removalEffect(status, node));
  const remove = useMutation({
    mutationFn: () => reader.client.cluster.removeMember(node, { timeoutMs: MEMBERS_MS }),
    onSuccess: () => {
      toast({ title: words.done(node), look: 'ok' });
      onClose();
    },
  });
  return (
    <ConfirmDialog
      title={words.title(node)}
      submit={words.submit}
      submitting={words.submitting}
      danger
      pending={remove.isPending}
      error={remove.error === null ? null : memberFailure(remove.error)}
      disabled={typed.trim() !== node}
      onSubmit={() => remove.mutate()}
      onClose={onClose}
    >
      <p>{words.body(node)}</p>
      <p>
        {leads ? `${words.leads(node)} ` : null}
        {votes ? words.left(left, spare) : words.noVote}
      </p>
      {node === status.node ? <OtherDoors status={status} /> : null}
      <TypedName label={words.confirm(node)} value={typed} onChange={setTyped} />
    </ConfirmDialog>
  );
}

/** The node that this page comes from goes away: where to go on. */
function OtherDoors({ status }: { readonly status: ClusterStatus }): ReactElement {
  return (
    <div>
      <p>{membersText.removing.here(status.node)}</p>
      <ul className="mt-1 flex flex-col gap-0.5">
        {status.nodes
          .filter(({ id, state }) => id !== status.node && state === 'live')
          .map(({ id, url }) => (
            <li key={id}>
              <a href={`${url}${paths.cluster}`} className="font-mono text-xs text-accent underline">
                {url}
              </a>
            </li>
          ))}
      </ul>
    </div>
  );
}
