'use client';

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { ReactElement, ReactNode, RefObject } from 'react';
import { useRef, useState } from 'react';
import { shardsText } from '../../../components/catalogue/shards.ts';
import { text } from '../../../components/catalogue.ts';
import type { Mark } from '../../../components/shards/marks.ts';
import { PlanView } from '../../../components/shards/plan-view.tsx';
import { Button } from '../../../components/ui/button.tsx';
import { Dialog, DialogBody, DialogFooter } from '../../../components/ui/dialog.tsx';
import { Notice } from '../../../components/ui/notice.tsx';
import { SkeletonLines } from '../../../components/ui/skeleton.tsx';
import { toast } from '../../../components/ui/toast.ts';
import { TypedName } from '../../../components/ui/typed-name.tsx';
import { systemEnvironment } from '../../../lib/client/environment.ts';
import { ConfmanError } from '../../../lib/client/errors.ts';
import type { ShardOptions, ShardOutcome } from '../../../lib/client/resources/shards.ts';
import type { ConfmanClient } from '../../../lib/client/create-client.ts';
import type { Answer } from '../../../lib/client/types.ts';
import { keys } from '../../../lib/queries/keys.ts';
import { useConsole } from '../../_client/console.tsx';
import { outcomeOf } from '../../_client/use-save.ts';

/** Longer than an election. */
const CHANGE_MS = 20_000;

/** One change of the registry: the same for its plan and for the deed. */
export interface ShardRequest {
  /** Equal for equal requests: a plan belongs to what it was made for. */
  readonly id: string;
  readonly ask: (shards: ConfmanClient['shards'], options: ShardOptions) => Promise<Answer<ShardOutcome>>;
}

export interface ChangeDialogProps {
  readonly title: string;
  readonly children: ReactNode;
  /** Null: what stands in the fields cannot be meant, so there is nothing to plan yet; `onAsk` says why. */
  readonly request: ShardRequest | null;
  /** Somebody wants the plan of what stands in the fields. Null: there are no fields, the plan is made at once. */
  readonly onAsk: (() => void) | null;
  /** Nothing moves and nothing is counted: without a plan. */
  readonly plain?: boolean | undefined;
  /** What a plan without moves means, where it means that nothing would change. */
  readonly idle?: string | undefined;
  readonly words: { readonly submit: string; readonly submitting: string };
  readonly done: string;
  readonly danger?: boolean | undefined;
  /** Has to be typed. */
  readonly confirm?: { readonly label: string; readonly name: string } | undefined;
  /** Of the registry, as the page knows it: when it rises, the plan is made anew. */
  readonly epoch: number;
  readonly marks: ReadonlyMap<string, Mark>;
  readonly initialFocus?: RefObject<HTMLElement | null> | undefined;
  readonly onClose: () => void;
}

/** A change of where namespaces live: first what it would move, then the deed. */
export function ChangeDialog(props: ChangeDialogProps): ReactElement {
  const { title, children, request, onAsk, plain = false, idle, words, done, danger = false, confirm, marks, onClose } = props;
  const way = useRef<HTMLButtonElement>(null);
  const [typed, setTyped] = useState('');
  const plan = usePlan(props);
  const change = useChange(request, done, onClose);
  const nothing = idle !== undefined && plan.data !== null && plan.data.moves.length === 0;
  const ready = request !== null && (plain || (plan.data !== null && !nothing));
  const may = ready && !change.isPending && (confirm === undefined || typed.trim() === confirm.name);
  const asks = !ready && (onAsk !== null || plan.error !== null);

  const submit = (): void => {
    if (may) change.mutate();
    else if (asks && !change.isPending) {
      change.reset();
      plan.show();
    }
  };

  return (
    <Dialog
      open
      onOpenChange={(open) => (open || change.isPending ? undefined : onClose())}
      title={title}
      initialFocus={props.initialFocus ?? way}
    >
      <form
        className="flex min-h-0 flex-col"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        <DialogBody className="flex flex-col gap-4">
          {children}
          <div aria-live="polite" className="empty:hidden">
            {nothing ? <Notice look="info" title={idle} /> : <PlanPart plan={plan} marks={marks} />}
          </div>
          {confirm === undefined || !ready ? null : <TypedName label={confirm.label} value={typed} onChange={setTyped} />}
          {change.error === null ? null : <Failure error={change.error} planning={false} />}
        </DialogBody>
        <DialogFooter>
          <Button ref={way} look="quiet" onClick={onClose} disabled={change.isPending}>
            {text.cancel}
          </Button>
          {asks ? (
            <Button type="submit" look="primary">
              {plan.error === null ? shardsText.plan.show : text.tryAgain}
            </Button>
          ) : (
            <Button type="submit" look={danger ? 'danger' : 'primary'} aria-disabled={!may}>
              {change.isPending ? words.submitting : words.submit}
            </Button>
          )}
        </DialogFooter>
      </form>
    </Dialog>
  );
}

interface Planning {
  /** Null: it is not asked for, not there yet, or not to be had. */
  readonly data: Extract<ShardOutcome, { readonly plan: true }> | null;
  readonly loading: boolean;
  readonly error: Error | null;
  readonly show: () => void;
}

/** The plan of a request; what stands in the fields now, or nothing. */
function usePlan({ request, onAsk, plain = false, epoch }: ChangeDialogProps): Planning {
  const { reader } = useConsole();
  const [asked, setAsked] = useState<string | null>(onAsk === null && !plain ? (request?.id ?? null) : null);
  const wanted = request !== null && asked === request.id;
  const { data, error, isFetching, refetch } = useQuery({
    queryKey: ['shard-plan', request?.id ?? '', epoch],
    queryFn: async ({ signal }) => {
      if (request === null) return null;
      return (await request.ask(reader.client.shards, { dryRun: true, idempotencyKey: null, timeoutMs: CHANGE_MS, signal })).data;
    },
    enabled: wanted,
    staleTime: 0,
    gcTime: 0,
    retry: false,
    refetchOnWindowFocus: false,
  });
  return {
    data: wanted && !isFetching && data?.plan === true ? data : null,
    loading: wanted && isFetching,
    error: wanted && !isFetching ? error : null,
    show: () => {
      if (request === null) onAsk?.();
      else if (wanted) void refetch();
      else setAsked(request.id);
    },
  };
}

function PlanPart({ plan, marks }: { readonly plan: Planning; readonly marks: ReadonlyMap<string, Mark> }): ReactElement | null {
  if (plan.data !== null) return <PlanView plan={plan.data} marks={marks} />;
  if (plan.error !== null) return <Failure error={plan.error} planning />;
  if (!plan.loading) return null;
  return (
    <output aria-label={shardsText.plan.loading} className="block">
      <SkeletonLines lines={3} />
    </output>
  );
}

/** Does it. The same request keeps its idempotency key, so asking again after a lost answer never does it twice. */
function useChange(request: ShardRequest | null, done: string, onDone: () => void) {
  const { reader } = useConsole();
  const queries = useQueryClient();
  const sent = useRef<{ readonly id: string; readonly idempotencyKey: string } | null>(null);
  return useMutation({
    mutationFn: async () => {
      if (request === null) throw new TypeError('there is nothing to ask for');
      if (sent.current?.id !== request.id) sent.current = { id: request.id, idempotencyKey: systemEnvironment.uniqueId() };
      return request.ask(reader.client.shards, { idempotencyKey: sent.current.idempotencyKey, timeoutMs: CHANGE_MS });
    },
    onSuccess: () => {
      void queries.invalidateQueries({ queryKey: keys.registry() });
      void queries.invalidateQueries({ queryKey: ['placement'] });
      toast({ title: done, look: 'ok' });
      onDone();
    },
    onError: (error) => {
      // What was refused for good may be asked for anew later, with another outcome.
      if (outcomeOf(error).kind === 'refused') sent.current = null;
    },
  });
}

function Failure({ error, planning }: { readonly error: Error; readonly planning: boolean }): ReactElement {
  const words = shardsText.plan;
  const unknown = !planning && outcomeOf(error).kind === 'unknown';
  const problem = error instanceof ConfmanError ? error.problem : null;
  if (unknown)
    return (
      <Notice look="warn" live="assertive" title={words.unknownTitle}>
        {words.unknown}
      </Notice>
    );
  return (
    <Notice look="bad" live="assertive" title={problem?.title ?? (planning ? words.failedTitle : words.failed)}>
      {sentence(error.message)}
    </Notice>
  );
}

function sentence(message: string): string {
  return `${message.charAt(0).toUpperCase()}${message.slice(1).replace(/\.$/, '')}.`;
}
