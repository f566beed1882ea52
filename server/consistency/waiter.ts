/**
 * One element that a replica has not applied yet: what happens to the read that waits for it (spec 1, section 4, rows 4 to 6).
 *
 *     waiting --applied, right term--> served        --deadline--> timed-out
 *             --applied, wrong term--> refused       --client gone--> gone
 *             --commit index below, with history--> refused      --node stops--> stopping
 *
 * An answer about the commit index rules only on waiters registered before its question left: order is kept by tickets, drawn
 * from one counter per group for waiters and questions alike.
 */
import type { TokenElement } from '../../lib/contract/token.ts';
import { judgeApplied } from './judge.ts';
import type { Refusal, TermAt } from './judge.ts';

export interface Waiter {
  readonly element: TokenElement;
  /** Drawn when it was registered. */
  readonly ticket: number;
  /** What the leader said last about this waiter, if anything: its commit index. */
  readonly commitIndex: number | null;
}

export type WaiterEvent =
  | { readonly type: 'applied'; readonly appliedIndex: number; readonly termAt: TermAt }
  /** `asked`: ticket of the question, drawn when it left. */
  | { readonly type: 'commit-index'; readonly asked: number; readonly commitIndex: number }
  | { readonly type: 'deadline' }
  | { readonly type: 'client-gone' }
  | { readonly type: 'stopping' };

export type WaiterOutcome =
  | { readonly kind: 'waiting'; readonly waiter: Waiter }
  | { readonly kind: 'served'; readonly proven: boolean }
  | Refusal
  /** `reason` says why waiting longer may not help, where that is known. */
  | { readonly kind: 'timed-out'; readonly reason: string | null }
  | { readonly kind: 'gone' }
  | { readonly kind: 'stopping' };

/** The next state of a waiter. Everything but `waiting` is an end: no event may follow. */
export function afterEvent(waiter: Waiter, event: WaiterEvent): WaiterOutcome {
  switch (event.type) {
    case 'applied': {
      const judgement = judgeApplied(waiter.element, event.appliedIndex, event.termAt);
      if (judgement.kind === 'wait') return { kind: 'waiting', waiter };
      return judgement.kind === 'refuse' ? judgement : { kind: 'served', proven: judgement.kind === 'serve' };
    }
    case 'commit-index':
      return afterCommitIndex(waiter, event.asked, event.commitIndex);
    case 'deadline':
      return {
        kind: 'timed-out',
        reason: beyondCommit(waiter)
          ? `the leader had committed no further than ${waiter.commitIndex}: this version may come from another cluster`
          : null,
      };
    case 'client-gone':
      return { kind: 'gone' };
    case 'stopping':
      return { kind: 'stopping' };
  }
}

function afterCommitIndex(waiter: Waiter, asked: number, commitIndex: number): WaiterOutcome {
  if (asked <= waiter.ticket) return { kind: 'waiting', waiter };
  const ruled: Waiter = { ...waiter, commitIndex };
  if (!beyondCommit(ruled) || waiter.element.history === null) return { kind: 'waiting', waiter: ruled };
  return {
    kind: 'refuse',
    code: 'version-from-the-future',
    detail: `the leader has committed no further than ${commitIndex}, so the version ${waiter.element.term}:${waiter.element.index} cannot come from this log`,
  };
}

/** Whether the leader's answer settled this waiter: its entry is committed, so that it only has to be applied here. */
export function isCommitted(waiter: Waiter): boolean {
  return waiter.commitIndex !== null && !beyondCommit(waiter);
}

/** Whether the leader, asked after this waiter came, had not committed its index. */
export function beyondCommit(waiter: Waiter): boolean {
  return waiter.commitIndex !== null && waiter.element.index > BigInt(waiter.commitIndex);
}
