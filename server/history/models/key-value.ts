/**
 * Confman's keys: put and delete, with or without a precondition, and reads that tell the value and the version of the last
 * change. Versions are drawn by the cluster, so a change without answer made a version that nobody knows yet: the first
 * operation that sees it settles it.
 */
import { unreachable } from '../../../lib/kernel/assert.ts';
import { isLater, isSame, type Position } from '../position.ts';
import type { Model } from '../operation.ts';

/** What `If-Match` (a version) or `If-None-Match: *` (`absent`) demanded. */
export type Precondition =
  | { readonly kind: 'none' }
  | { readonly kind: 'absent' }
  | { readonly kind: 'version'; readonly version: Position };

export type KeyValueInput =
  | { readonly type: 'put'; readonly key: string; readonly value: string; readonly precondition: Precondition }
  | { readonly type: 'delete'; readonly key: string; readonly precondition: Precondition }
  | { readonly type: 'read'; readonly key: string };

/**
 * - `written`: a put or delete took effect as `version`;
 * - `conflict`: the precondition did not hold (412);
 * - `absent`: there was nothing to read, or to delete (404);
 * - `found`: a read's answer, with the version of the entry.
 */
export type KeyValueOutput =
  | { readonly kind: 'written'; readonly version: Position }
  | { readonly kind: 'conflict' }
  | { readonly kind: 'absent' }
  | { readonly kind: 'found'; readonly value: string; readonly version: Position };

export interface KeyValueState {
  /** Null: the key is absent. */
  readonly value: string | null;
  /** Of the entry; null while the key is absent, or while nobody has seen what an unanswered write made. */
  readonly version: Position | null;
  /** Later changes have versions above this one. */
  readonly floor: Position;
  /** What the unknown version is known not to be, in ascending order. */
  readonly not: readonly Position[];
}

const UNTOUCHED: KeyValueState = { value: null, version: null, floor: { term: 0, index: 0 }, not: [] };

/** The state, given that its entry has this version; undefined when it cannot have it. */
function settle(state: KeyValueState, version: Position): KeyValueState | undefined {
  if (state.value === null) return undefined;
  if (state.version !== null) return isSame(state.version, version) ? state : undefined;
  if (!isLater(version, state.floor) || state.not.some((excluded) => isSame(excluded, version))) return undefined;
  return { value: state.value, version, floor: version, not: [] };
}

/** The state, given that the precondition held; undefined when it cannot have held. */
function holding(state: KeyValueState, precondition: Precondition): KeyValueState | undefined {
  switch (precondition.kind) {
    case 'none':
      return state;
    case 'absent':
      return state.value === null ? state : undefined;
    case 'version':
      return settle(state, precondition.version);
    default:
      return unreachable(precondition);
  }
}

/** The state, given that the precondition did not hold; undefined when it must have held. */
function failing(state: KeyValueState, precondition: Precondition): KeyValueState | undefined {
  switch (precondition.kind) {
    case 'none':
      return undefined;
    case 'absent':
      return state.value === null ? undefined : state;
    case 'version': {
      const { version } = precondition;
      if (settle(state, version) === undefined) return state;
      if (state.version !== null) return undefined;
      return { ...state, not: [...state.not, version].toSorted((a, b) => a.index - b.index || a.term - b.term) };
    }
    default:
      return unreachable(precondition);
  }
}

type Change = Exclude<KeyValueInput, { readonly type: 'read' }>;

function change(state: KeyValueState, input: Change, output: KeyValueOutput | null): KeyValueState | undefined {
  if (output?.kind === 'conflict') return failing(state, input.precondition);
  if (output?.kind === 'absent') return input.type === 'delete' && state.value === null ? state : undefined;
  if (output?.kind === 'found') return undefined;
  if (input.type === 'delete' && state.value === null) return undefined;
  const before = holding(state, input.precondition);
  if (before === undefined) return undefined;
  const value = input.type === 'put' ? input.value : null;
  if (output === null) return { value, version: null, floor: before.floor, not: [] };
  if (!isLater(output.version, before.floor)) return undefined;
  return { value, version: value === null ? null : output.version, floor: output.version, not: [] };
}

function step(state: KeyValueState, input: KeyValueInput, output: KeyValueOutput | null): KeyValueState | undefined {
  if (input.type !== 'read') return change(state, input, output);
  if (output === null) return state;
  if (output.kind === 'absent') return state.value === null ? state : undefined;
  return output.kind === 'found' && output.value === state.value ? settle(state, output.version) : undefined;
}

const show = ({ term, index }: Position): string => `${term}:${index}`;

function fingerprint({ value, version, floor, not }: KeyValueState): string {
  const excluded = not.length === 0 ? '' : ` and is not ${not.map(show).join(', ')}`;
  if (value === null) return `absent, changes so far up to ${show(floor)}`;
  return `${JSON.stringify(value)} at ${version === null ? `a version above ${show(floor)}${excluded}` : show(version)}`;
}

function describeInput(input: KeyValueInput): string {
  const asked = input.type === 'put' ? `put ${JSON.stringify(input.value)}` : input.type;
  if (input.type === 'read' || input.precondition.kind === 'none') return asked;
  return input.precondition.kind === 'absent' ? `${asked} if absent` : `${asked} if at ${show(input.precondition.version)}`;
}

function describe(input: KeyValueInput, output: KeyValueOutput | null): string {
  const asked = describeInput(input);
  if (output === null) return asked;
  switch (output.kind) {
    case 'written':
      return `${asked}: written as ${show(output.version)}`;
    case 'found':
      return `${asked}: ${JSON.stringify(output.value)} at ${show(output.version)}`;
    case 'conflict':
    case 'absent':
      return `${asked}: ${output.kind}`;
    default:
      return unreachable(output);
  }
}

/** Keys with versions and preconditions, as spec 2 promises them; the keys of one history belong to one group and lineage. */
export const KEY_VALUE: Model<KeyValueState, KeyValueInput, KeyValueOutput> = {
  name: 'key-value',
  initial: UNTOUCHED,
  keyOf: (input) => input.key,
  step,
  observes: (_input, output) => output.kind !== 'written',
  overwrites: (input) => input.type !== 'read' && input.precondition.kind === 'none',
  fingerprint,
  describe,
};
