import { unreachable } from '../../../lib/kernel/assert.ts';
import type { Model } from '../operation.ts';

export type AppendInput =
  | { readonly type: 'get'; readonly key: string }
  | { readonly type: 'put'; readonly key: string; readonly value: string }
  | { readonly type: 'append'; readonly key: string; readonly value: string };

export type AppendOutput = { readonly kind: 'value'; readonly value: string } | { readonly kind: 'done' };

function step(state: string, input: AppendInput, output: AppendOutput | null): string | undefined {
  if (input.type === 'get') return output === null || (output.kind === 'value' && output.value === state) ? state : undefined;
  if (output !== null && output.kind !== 'done') return undefined;
  switch (input.type) {
    case 'put':
      return input.value;
    case 'append':
      return state + input.value;
    default:
      return unreachable(input);
  }
}

function describe(input: AppendInput, output: AppendOutput | null): string {
  const asked = input.type === 'get' ? 'get' : `${input.type} ${JSON.stringify(input.value)}`;
  if (output === null) return asked;
  return `${asked}: ${output.kind === 'value' ? JSON.stringify(output.value) : 'done'}`;
}

/** Texts by key, empty at first, with get, put and append. */
export const KV_APPEND: Model<string, AppendInput, AppendOutput> = {
  name: 'kv-append',
  initial: '',
  keyOf: (input) => input.key,
  step,
  observes: (input) => input.type === 'get',
  overwrites: (input) => input.type === 'put',
  fingerprint: (state) => JSON.stringify(state),
  describe,
};
