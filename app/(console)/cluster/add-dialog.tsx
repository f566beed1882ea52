'use client';

import { useMutation } from '@tanstack/react-query';
import type { ReactElement, RefObject, SubmitEvent } from 'react';
import { useRef, useState } from 'react';
import { membersText } from '../../../components/catalogue/members.ts';
import { text } from '../../../components/catalogue.ts';
import { JoinProgress } from '../../../components/cluster/join-progress.tsx';
import { joiningOf, removalEffect } from '../../../components/cluster/joining.ts';
import { Button } from '../../../components/ui/button.tsx';
import { Dialog, DialogBody, DialogFooter } from '../../../components/ui/dialog.tsx';
import { Field, fieldText, TextInput } from '../../../components/ui/field.tsx';
import { Notice } from '../../../components/ui/notice.tsx';
import type { ClusterStatus } from '../../../lib/contract/cluster.ts';
import { baseUrlFault, hostPortFault, nodeIdFault } from '../../../lib/contract/names.ts';
import type { AddMemberRequest } from '../../../lib/contract/schemas/cluster.ts';
import { useConsole } from '../../_client/console.tsx';
import { MEMBERS_MS, memberFailure } from './member-failure.ts';

export interface AddDialogProps {
  readonly status: ClusterStatus;
  /** The node whose place the new one takes; null: one more. */
  readonly replaces: string | null;
  readonly onClose: () => void;
}

/** Lets a node in, then shows the command that starts it and how far it is. */
export function AddDialog({ status, replaces, onClose }: AddDialogProps): ReactElement {
  const { reader } = useConsole();
  const first = useRef<HTMLInputElement>(null);
  const way = useRef<HTMLButtonElement>(null);
  const old = status.nodes.find(({ id }) => id === replaces) ?? null;
  const alive = old?.state === 'live';
  const [disk, setDisk] = useState(old !== null && !alive);
  const [faults, setFaults] = useState<Readonly<Record<string, string | null>>>({});
  const add = useMutation({
    mutationFn: (body: AddMemberRequest) => reader.client.cluster.addMember(body, { timeoutMs: MEMBERS_MS }),
  });
  const added = add.data === undefined ? null : joiningOf(status, add.data.data.id, add.data.data.incarnation);
  const words = replaces === null ? membersText.adding : membersText.replacing;

  const submit = (event: SubmitEvent<HTMLFormElement>): void => {
    event.preventDefault();
    if (add.isPending) return;
    const form = new FormData(event.currentTarget);
    const body =
      disk && old?.peer !== undefined
        ? { id: old.id, peer: old.peer, url: old.url }
        : { id: fieldText(form, 'id'), peer: fieldText(form, 'peer'), url: fieldText(form, 'url').replace(/\/$/, '') };
    const found = disk ? {} : faultsOf(body, status);
    setFaults(found);
    if (Object.values(found).every((fault) => fault === null)) add.mutate({ ...body, ...(replaces === null ? {} : { replaces }) });
  };

  if (add.data !== undefined)
    return (
      <Dialog
        open
        onOpenChange={(open) => (open ? undefined : onClose())}
        title={membersText.joining.title(add.data.data.id, add.data.data.replaces === add.data.data.id ? null : add.data.data.replaces)}
        initialFocus={way}
      >
        <DialogBody className="flex flex-col gap-3">
          <JoinProgress
            joining={
              added ?? {
                node: add.data.data.id,
                peer: add.data.data.peer,
                url: add.data.data.url,
                step: 'awaited',
                behind: null,
                replaces: null,
              }
            }
            door={status.nodes.find(({ id }) => id === status.node)?.url ?? ''}
          />
          {added?.step === 'votes' ? null : (
            <p className="text-xs text-ink-faint">
              {membersText.joining.close} {membersText.joining.reserve}
            </p>
          )}
        </DialogBody>
        <DialogFooter>
          <Button ref={way} look="primary" onClick={onClose}>
            {text.close}
          </Button>
        </DialogFooter>
      </Dialog>
    );

  const failure = add.error === null ? null : memberFailure(add.error);
  return (
    <Dialog
      open
      onOpenChange={(open) => (open || add.isPending ? undefined : onClose())}
      title={replaces === null ? membersText.adding.title : membersText.replacing.title(replaces)}
      description={replaces === null ? membersText.adding.lead : undefined}
      initialFocus={replaces === null ? first : way}
    >
      <form onSubmit={submit} className="flex min-h-0 flex-col" noValidate>
        <DialogBody className="flex flex-col gap-4">
          {old === null ? null : <Choice node={old.id} alive={alive} disk={disk} onChange={setDisk} />}
          {disk ? null : <Fields first={first} faults={faults} />}
          {replaces === null ? <p className="text-sm text-ink-soft">{effect(status)}</p> : null}
          {failure === null ? null : (
            <Notice look={failure.unknown ? 'warn' : 'bad'} live="assertive" title={failure.title}>
              {failure.body}
            </Notice>
          )}
        </DialogBody>
        <DialogFooter>
          <Button ref={way} look="quiet" onClick={onClose} disabled={add.isPending}>
            {text.cancel}
          </Button>
          <Button type="submit" look="primary" aria-disabled={add.isPending}>
            {add.isPending ? words.submitting : words.submit}
          </Button>
        </DialogFooter>
      </form>
    </Dialog>
  );
}

function faultsOf({ id, peer, url }: AddMemberRequest, { nodes }: ClusterStatus): Readonly<Record<'id' | 'peer' | 'url', string | null>> {
  return {
    id: nodes.some((node) => node.id === id) ? membersText.adding.taken(id) : nodeIdFault(id),
    peer: hostPortFault(peer),
    url: baseUrlFault(url),
  };
}

/** What one more voter does to the majority. */
function effect(status: ClusterStatus): string {
  const { left: voters, spare } = removalEffect(status, '');
  return membersText.adding.majority(voters + 1, Math.max(0, Math.ceil((voters + 1) / 2) - 1), spare);
}

function Fields({
  first,
  faults,
}: {
  readonly first: RefObject<HTMLInputElement | null>;
  readonly faults: Readonly<Record<string, string | null>>;
}): ReactElement {
  const words = membersText.adding;
  const plain = { spellCheck: false, autoCapitalize: 'none', className: 'font-mono' } as const;
  return (
    <>
      <Field label={words.id} hint={words.idHint} error={faults['id']}>
        {(control) => <TextInput {...control} {...plain} ref={first} name="id" maxLength={63} />}
      </Field>
      <Field label={words.peer} hint={words.peerHint} error={faults['peer']}>
        {(control) => <TextInput {...control} {...plain} name="peer" maxLength={300} />}
      </Field>
      <Field label={words.url} hint={words.urlHint} error={faults['url']}>
        {(control) => <TextInput {...control} {...plain} name="url" maxLength={500} inputMode="url" />}
      </Field>
    </>
  );
}

function Choice({
  node,
  alive,
  disk,
  onChange,
}: {
  readonly node: string;
  readonly alive: boolean;
  readonly disk: boolean;
  readonly onChange: (disk: boolean) => void;
}): ReactElement {
  const words = membersText.replacing;
  const option =
    'flex cursor-pointer items-baseline gap-2 rounded-md border px-3 py-2 text-sm has-checked:border-accent/60 has-checked:bg-accent-wash';
  return (
    <>
      <fieldset className="flex flex-col gap-1">
        <legend className="mb-1 text-sm font-medium">{words.how}</legend>
        {([true, false] as const).map((each) => (
          <label key={String(each)} className={option}>
            <input type="radio" name="how" checked={disk === each} onChange={() => onChange(each)} className="accent-accent" />
            <span>
              <span className="font-medium">{each ? words.disk : words.node}</span>{' '}
              <span className="text-ink-soft">{each ? words.diskMeaning : words.nodeMeaning}</span>
            </span>
          </label>
        ))}
      </fieldset>
      <p className="text-sm text-ink-soft">
        {disk ? words.diskBody(node) : words.nodeBody(node)}{' '}
        {disk && alive ? <strong className="font-medium text-warn">{words.diskAlive(node)}</strong> : null}
      </p>
    </>
  );
}
