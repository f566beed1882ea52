'use client';

import { useQuery } from '@tanstack/react-query';
import { Search } from 'lucide-react';
import Link from 'next/link';
import type { ReactElement, SubmitEvent } from 'react';
import { useState } from 'react';
import { shardsText } from '../../../components/catalogue/shards.ts';
import { paths } from '../../../components/paths.ts';
import { GroupName } from '../../../components/shards/group-mark.tsx';
import type { Mark } from '../../../components/shards/marks.ts';
import { Button, buttonStyle } from '../../../components/ui/button.tsx';
import { Field, fieldText, TextInput } from '../../../components/ui/field.tsx';
import { Panel } from '../../../components/ui/page.tsx';
import { SkeletonLines } from '../../../components/ui/skeleton.tsx';
import { namespaceFault } from '../../../lib/contract/names.ts';
import type { ShardPlacement } from '../../../lib/contract/schemas/shards.ts';
import { placementQuery } from '../../../lib/queries/shards.ts';
import { useConsole } from '../../_client/console.tsx';
import { ReadNotices } from '../../_client/read-notices.tsx';
import { readState } from '../../_client/read-state.ts';

const words = shardsText.where;

export interface WherePanelProps {
  /** What the address asks about; null: nothing. */
  readonly namespace: string | null;
  readonly marks: ReadonlyMap<string, Mark>;
}

/** Where a namespace lives, and why there. The question stands in the address. */
export function WherePanel({ namespace, marks }: WherePanelProps): ReactElement {
  const { reader } = useConsole();
  const [fault, setFault] = useState<string | null>(null);
  const options = placementQuery(reader, namespace ?? '');
  const read = useQuery({ ...options, enabled: namespace !== null });
  const state = readState(read, null);
  const submit = (event: SubmitEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const typed = fieldText(new FormData(event.currentTarget), 'namespace');
    const found = namespaceFault(typed);
    setFault(found);
    if (found === null) window.history.replaceState(null, '', paths.shards(typed));
  };
  return (
    <Panel title={words.title}>
      <form onSubmit={submit} noValidate className="flex flex-wrap items-start gap-2">
        <Field label={words.label} hint={words.hint} error={fault} className="max-w-xl min-w-56 flex-1">
          {(control) => (
            <TextInput
              {...control}
              key={namespace ?? ''}
              name="namespace"
              defaultValue={namespace ?? ''}
              placeholder="teams/payments/prod"
              className="font-mono"
              spellCheck={false}
              autoCapitalize="none"
            />
          )}
        </Field>
        <Button type="submit" className="sm:mt-6">
          <Search aria-hidden />
          {words.submit}
        </Button>
      </form>
      <output className="mt-3 block empty:mt-0">
        {namespace === null ? null : read.data === undefined && state.failure === null && state.waiting === null ? (
          <SkeletonLines lines={2} />
        ) : (
          <>
            <ReadNotices state={state} queryKey={options.queryKey} data={read.data} />
            {read.data === undefined || state.failure !== null ? null : <Placement placement={read.data.data} marks={marks} />}
          </>
        )}
      </output>
    </Panel>
  );
}

function Placement({ placement, marks }: { readonly placement: ShardPlacement; readonly marks: WherePanelProps['marks'] }): ReactElement {
  const { namespace, group, by, prefix, partition, move } = placement;
  const why =
    by === 'prefix' && prefix !== null
      ? words.by.prefix(prefix)
      : by === 'move' && move !== null
        ? words.by.move(move)
        : words.by.partition(partition);
  return (
    <div className="flex flex-wrap items-center gap-x-3 gap-y-1 rounded-md border bg-sunken px-3 py-2.5 text-sm">
      <span className="font-mono break-all">{namespace}</span>
      <span className="text-ink-soft">{words.in}</span>
      <GroupName id={group} marks={marks} />
      <Link href={paths.namespace(namespace)} className={buttonStyle({ size: 'sm', look: 'quiet', className: 'ml-auto' })}>
        {words.open}
      </Link>
      <p className="w-full text-ink-soft">{why}</p>
    </div>
  );
}
