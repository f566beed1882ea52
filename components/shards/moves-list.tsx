import type { ReactElement } from 'react';
import type { ClusterStatus } from '../../lib/contract/cluster.ts';
import type { MoveStep, Registry, ShardMove } from '../../lib/contract/schemas/shards.ts';
import { shardsText } from '../catalogue/shards.ts';
import { bytesText } from '../cluster/measures.ts';
import { Badge } from '../ui/badge.tsx';
import { Button } from '../ui/button.tsx';
import { Step } from '../ui/step.tsx';
import { FromTo } from './group-mark.tsx';
import type { Mark } from './marks.ts';
import { RangeText } from './range-text.tsx';
import { stayRequest, waitsFor } from './standing.ts';

const words = shardsText.moves;

export interface MoveActions {
  readonly onAbort: (move: ShardMove) => void;
  readonly onRetry: () => void;
  readonly onStay: (move: ShardMove) => void;
  /** Another change has to end first. */
  readonly disabled: boolean;
}

export interface MovesListProps {
  readonly registry: Registry;
  readonly status: ClusterStatus | null;
  readonly marks: ReadonlyMap<string, Mark>;
  /** Null: the reader has no right to. */
  readonly actions: MoveActions | null;
}

/** Moves that are not done: how far each is, and what it waits for. */
export function MovesList({ registry, status, marks, actions }: MovesListProps): ReactElement {
  return (
    <ul aria-label={words.title} className="flex flex-col divide-y">
      {registry.moves.map((move) => (
        <li key={move.id} className="grid gap-x-8 gap-y-3 py-4 first:pt-0 last:pb-0 md:grid-cols-[1fr_18rem]">
          <div className="flex min-w-0 flex-col gap-1.5">
            <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
              <span className="font-mono text-xs text-ink-soft">{move.id}</span>
              <FromTo from={move.from} to={move.to} marks={marks} />
              {move.phase === 'voided' ? <Badge tone="warn">{words.voidedTitle}</Badge> : null}
            </div>
            <p className="text-xs text-ink-soft">
              <RangeText range={move.range} />
            </p>
            <Note move={move} registry={registry} status={status} />
            {actions === null ? null : <Actions move={move} registry={registry} actions={actions} />}
          </div>
          {move.phase === 'voided' ? null : <Progress move={move} />}
        </li>
      ))}
    </ul>
  );
}

function Note({
  move,
  registry,
  status,
}: {
  readonly move: ShardMove;
  readonly registry: Registry;
  readonly status: ClusterStatus | null;
}): ReactElement {
  const waits = waitsFor(move, registry, status);
  const lines = [
    ...(move.phase === 'voided' ? [words.voided(move.from)] : []),
    ...(move.abort ? [words.aborting] : []),
    ...(waits === null ? [] : [waits]),
    ...(move.step === null && waits === null ? [words.unknown] : []),
  ];
  return (
    <output aria-live="polite" className="block text-sm text-warn empty:hidden">
      {lines.join(' ')}
    </output>
  );
}

function Actions({
  move,
  registry,
  actions,
}: {
  readonly move: ShardMove;
  readonly registry: Registry;
  readonly actions: MoveActions;
}): ReactElement {
  return (
    <div className="flex flex-wrap gap-1.5 pt-1 empty:hidden">
      {move.phase === 'announced' && !move.abort ? (
        <Button size="sm" look="danger" aria-label={words.abortMove(move.id)} onClick={() => actions.onAbort(move)}>
          {words.abort}
        </Button>
      ) : null}
      {move.phase === 'voided' ? (
        <>
          <Button size="sm" disabled={actions.disabled} onClick={actions.onRetry}>
            {words.retry}
          </Button>
          {stayRequest(move, registry) === null ? null : (
            <Button size="sm" disabled={actions.disabled} onClick={() => actions.onStay(move)}>
              {words.keep(move.from)}
            </Button>
          )}
        </>
      ) : null}
    </div>
  );
}

const order: readonly Exclude<MoveStep, 'voided'>[] = ['announced', 'copying', 'fenced', 'taken'];

function Progress({ move: { id, step, rows, bytes } }: { readonly move: ShardMove }): ReactElement {
  const at = step === null || step === 'voided' ? -1 : order.indexOf(step);
  return (
    <ol aria-label={words.label(id)} aria-live="polite" className="flex flex-col gap-1.5 text-sm">
      {order.map((each, place) => {
        // That it was announced is done as soon as it stands here.
        const state = at < 0 ? 'later' : place < at || each === 'announced' ? 'done' : place === at ? 'now' : 'later';
        return (
          <Step key={each} state={state}>
            {words.steps[each]}
            {each === 'copying' && rows !== null && rows > 0 ? (
              <span aria-live="off" className="tnum block text-xs font-normal text-ink-soft">
                {words.copied(rows, bytesText(bytes ?? 0))}
              </span>
            ) : null}
          </Step>
        );
      })}
    </ol>
  );
}
