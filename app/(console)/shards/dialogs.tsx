'use client';

import type { ReactElement } from 'react';
import { useRef, useState } from 'react';
import { shardsText } from '../../../components/catalogue/shards.ts';
import type { Mark } from '../../../components/shards/marks.ts';
import { partitionsOf, partitionsText } from '../../../components/shards/ranges.ts';
import { activeGroups, FIRST_GROUP, stayRequest } from '../../../components/shards/standing.ts';
import { Field, NativeSelect, TextInput } from '../../../components/ui/field.tsx';
import { namespaceFault } from '../../../lib/contract/names.ts';
import type { Registry, ShardMove, ShardRoute } from '../../../lib/contract/schemas/shards.ts';
import { isGroupId } from '../../../lib/contract/token.ts';
import type { ChangeDialogProps, ShardRequest } from './change-dialog.tsx';
import { ChangeDialog } from './change-dialog.tsx';

/** A change that is being asked for. */
export type ShardWork =
  | { readonly kind: 'create' }
  | { readonly kind: 'retire'; readonly group: string }
  | { readonly kind: 'route'; readonly route: ShardRoute | null }
  | { readonly kind: 'unroute'; readonly route: ShardRoute }
  | { readonly kind: 'partitions'; readonly picked: readonly number[] }
  | { readonly kind: 'rebalance' }
  | { readonly kind: 'abort'; readonly move: ShardMove }
  | { readonly kind: 'retry' }
  | { readonly kind: 'stay'; readonly move: ShardMove };

export interface ShardDialogProps {
  readonly work: ShardWork;
  readonly registry: Registry;
  readonly nodes: readonly string[];
  readonly marks: ReadonlyMap<string, Mark>;
  readonly onClose: () => void;
}

const plain = { spellCheck: false, autoCapitalize: 'none', className: 'font-mono' } as const;

/** The dialog of a change. */
export function ShardDialog(props: ShardDialogProps): ReactElement {
  switch (props.work.kind) {
    case 'create':
      return <CreateDialog {...props} />;
    case 'route':
      return <RouteDialog {...props} route={props.work.route} />;
    case 'partitions':
      return <PartitionsDialog {...props} picked={props.work.picked} />;
    default:
      return <AskDialog {...props} work={props.work} />;
  }
}

type AskedWork = Exclude<ShardWork, { readonly kind: 'create' | 'route' | 'partitions' }>;

type Asked = Pick<ChangeDialogProps, 'title' | 'words' | 'done' | 'danger' | 'confirm' | 'idle' | 'plain' | 'request'> & {
  readonly body: string;
};

/** Changes without fields. */
function AskDialog({ work, registry, marks, onClose }: Omit<ShardDialogProps, 'work'> & { readonly work: AskedWork }): ReactElement {
  const { body, ...asked } = askedOf(work, registry);
  return (
    <ChangeDialog {...asked} onAsk={null} epoch={registry.epoch} marks={marks} onClose={onClose}>
      <Lead>{body}</Lead>
    </ChangeDialog>
  );
}

function askedOf(work: AskedWork, registry: Registry): Asked {
  switch (work.kind) {
    case 'retire': {
      const { group } = work;
      const words = shardsText.retire;
      return {
        title: words.title(group),
        body: words.body(group),
        words,
        done: words.done(group),
        danger: true,
        confirm: { label: words.confirm(group), name: group },
        request: { id: `retire ${group}`, ask: (shards, options) => shards.deleteGroup(group, options) },
      };
    }
    case 'unroute': {
      const { prefix } = work.route;
      const words = shardsText.unroute;
      return {
        title: words.title(prefix),
        body: words.body,
        words,
        done: words.done(prefix),
        danger: true,
        request: { id: `unroute ${prefix}`, ask: (shards, options) => shards.deleteRoute(prefix, options) },
      };
    }
    case 'rebalance': {
      const words = shardsText.rebalance;
      const request: ShardRequest = { id: 'rebalance', ask: (shards, options) => shards.rebalance(options) };
      return { title: words.title, body: words.body, words, done: words.done, idle: shardsText.notYours.even, request };
    }
    default:
      return askedOfMove(work, registry);
  }
}

function askedOfMove(work: Extract<AskedWork, { readonly kind: 'abort' | 'retry' | 'stay' }>, registry: Registry): Asked {
  switch (work.kind) {
    case 'abort': {
      const { id, from, to } = work.move;
      const words = shardsText.abort;
      return {
        title: words.title(id),
        body: words.body(from, to),
        words,
        done: words.done(id),
        danger: true,
        plain: true,
        request: { id: `abort ${id}`, ask: (shards, options) => shards.abortMove(id, options) },
      };
    }
    case 'retry': {
      const words = shardsText.retry;
      const to = registry.partitions[0] ?? FIRST_GROUP;
      // Routed where it is routed already: nothing changes but that what was undone is announced anew.
      const request: ShardRequest = { id: 'retry', ask: (shards, options) => shards.movePartitions({ partitions: [0], to }, options) };
      return { title: words.title, body: words.body, words, done: words.done, request };
    }
    case 'stay': {
      const { id, from } = work.move;
      const words = shardsText.keep;
      const stay = stayRequest(work.move, registry);
      const ask: ShardRequest['ask'] = (shards, options) =>
        stay !== null && 'prefix' in stay
          ? shards.putRoute({ prefix: stay.prefix, group: from }, options)
          : shards.movePartitions({ partitions: [...(stay?.partitions ?? [])], to: from }, options);
      const request = stay === null ? null : { id: `stay ${id}`, ask };
      return { title: words.title(id, from), body: words.body(from), words, done: words.done, request };
    }
  }
}

function Lead({ children }: { readonly children: string }): ReactElement {
  return <p className="text-sm text-ink-soft">{children}</p>;
}

function CreateDialog({ registry, nodes, marks, onClose }: ShardDialogProps): ReactElement {
  const words = shardsText.create;
  const field = useRef<HTMLInputElement>(null);
  const [id, setId] = useState('');
  const [left, setLeft] = useState<ReadonlySet<string>>(new Set());
  const [told, setTold] = useState(false);
  const name = id.trim();
  const members = nodes.filter((node) => !left.has(node));
  const faults = {
    id: registry.groups.some((group) => group.id === name) ? words.taken(name) : isGroupId(name) ? null : words.idFault,
    members: members.length === 0 ? words.membersFault : null,
  };
  const listed = left.size === 0 ? null : members;
  const request: ShardRequest | null =
    faults.id !== null || faults.members !== null
      ? null
      : {
          id: `create ${name} ${listed?.join(',') ?? ''}`,
          ask: (shards, options) => shards.createGroup({ id: name, ...(listed === null ? {} : { members: listed }) }, options),
        };
  return (
    <ChangeDialog
      title={words.title}
      words={words}
      done={words.done(name)}
      request={request}
      onAsk={() => setTold(true)}
      epoch={registry.epoch}
      marks={marks}
      initialFocus={field}
      onClose={onClose}
    >
      <Lead>{words.lead}</Lead>
      <Field label={words.id} hint={words.idHint} error={told || faults.id === words.taken(name) ? faults.id : null}>
        {(control) => (
          <TextInput {...control} {...plain} ref={field} value={id} maxLength={32} onChange={(event) => setId(event.target.value)} />
        )}
      </Field>
      <fieldset>
        <legend className="text-sm font-medium">{words.members}</legend>
        <div className="mt-1 flex flex-wrap gap-x-4 gap-y-1.5">
          {nodes.map((node) => (
            <label key={node} className="flex min-h-6 cursor-pointer items-center gap-2 font-mono text-sm">
              <input
                type="checkbox"
                checked={!left.has(node)}
                onChange={({ target: { checked } }) => {
                  const next = new Set(left);
                  if (checked) next.delete(node);
                  else next.add(node);
                  setLeft(next);
                }}
                className="size-4 accent-accent"
              />
              {node}
            </label>
          ))}
        </div>
        <p className={faults.members === null ? 'mt-1 text-xs text-ink-faint' : 'mt-1 text-xs text-bad'}>
          {faults.members ?? (left.size === 0 ? words.membersHint : words.fewMembers(members.length))}
        </p>
      </fieldset>
    </ChangeDialog>
  );
}

function GroupSelect({
  registry,
  value,
  error,
  onChange,
}: {
  readonly registry: Registry;
  readonly value: string;
  readonly error: string | null;
  readonly onChange: (group: string) => void;
}): ReactElement {
  return (
    <Field label={shardsText.plan.target} error={error}>
      {(control) => (
        <NativeSelect {...control} value={value} className="font-mono" onChange={(event) => onChange(event.target.value)}>
          <option value="">{shardsText.plan.choose}</option>
          {activeGroups(registry).map(({ id }) => (
            <option key={id} value={id}>
              {id}
            </option>
          ))}
        </NativeSelect>
      )}
    </Field>
  );
}

function RouteDialog({ registry, marks, onClose, route }: ShardDialogProps & { readonly route: ShardRoute | null }): ReactElement {
  const words = shardsText.route;
  const field = useRef<HTMLInputElement>(null);
  const [typed, setTyped] = useState('');
  const [group, setGroup] = useState('');
  const [told, setTold] = useState(false);
  const prefix = route?.prefix ?? typed.trim().replace(/^\//, '').replace(/\/\*$/, '');
  const known = registry.routes.find((one) => one.prefix === prefix);
  const faults = {
    prefix: route === null ? namespaceFault(prefix) : null,
    group: group === '' ? shardsText.plan.choose : known?.group === group ? words.same(prefix, group) : null,
  };
  const request: ShardRequest | null =
    faults.prefix !== null || faults.group !== null
      ? null
      : { id: `route ${prefix} ${group}`, ask: (shards, options) => shards.putRoute({ prefix, group }, options) };
  return (
    <ChangeDialog
      title={route === null ? words.addTitle : words.moveTitle(route.prefix)}
      words={words}
      done={words.done(prefix, group)}
      request={request}
      onAsk={() => setTold(true)}
      epoch={registry.epoch}
      marks={marks}
      initialFocus={route === null ? field : undefined}
      onClose={onClose}
    >
      {route === null ? (
        <Field label={words.prefix} hint={words.prefixHint} error={told ? faults.prefix : null}>
          {(control) => (
            <TextInput
              {...control}
              {...plain}
              ref={field}
              value={typed}
              maxLength={700}
              onChange={(event) => setTyped(event.target.value)}
            />
          )}
        </Field>
      ) : null}
      <GroupSelect
        registry={registry}
        value={group}
        error={told || (group !== '' && known?.group === group) ? faults.group : null}
        onChange={setGroup}
      />
    </ChangeDialog>
  );
}

function PartitionsDialog({ registry, marks, onClose, picked }: ShardDialogProps & { readonly picked: readonly number[] }): ReactElement {
  const words = shardsText.partitions;
  const field = useRef<HTMLInputElement>(null);
  const [typed, setTyped] = useState(partitionsText(picked));
  const [group, setGroup] = useState('');
  const [told, setTold] = useState(false);
  const { partitions, fault } = partitionsOf(typed);
  const there = partitions !== null && partitions.length > 0 && partitions.every((each) => registry.partitions[each] === group);
  const faults = {
    which: fault === null ? (partitions.length === 0 ? words.missing : null) : words.fault(fault),
    group: group === '' ? shardsText.plan.choose : there ? words.same(group) : null,
  };
  const request: ShardRequest | null =
    partitions === null || faults.which !== null || faults.group !== null
      ? null
      : {
          id: `partitions ${partitions.join(',')} ${group}`,
          ask: (shards, options) => shards.movePartitions({ partitions: [...partitions], to: group }, options),
        };
  return (
    <ChangeDialog
      title={words.title}
      words={words}
      done={words.done(partitions?.length ?? 0, group)}
      request={request}
      onAsk={() => setTold(true)}
      epoch={registry.epoch}
      marks={marks}
      initialFocus={field}
      onClose={onClose}
    >
      <Field label={words.which} hint={words.whichHint} error={told || fault !== null ? faults.which : null}>
        {(control) => <TextInput {...control} {...plain} ref={field} value={typed} onChange={(event) => setTyped(event.target.value)} />}
      </Field>
      <GroupSelect registry={registry} value={group} error={told || there ? faults.group : null} onChange={setGroup} />
    </ChangeDialog>
  );
}
