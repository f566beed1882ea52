import { unreachable } from '../../../lib/kernel/assert.ts';
import type { Model } from '../operation.ts';

export type RegisterInput =
  | { readonly type: 'read' }
  | { readonly type: 'write'; readonly value: number }
  | { readonly type: 'cas'; readonly old: number; readonly value: number };

/** `failed`: the register did not hold `old`, which is as good as having read it. */
export type RegisterOutput =
  | { readonly kind: 'value'; readonly value: number | null }
  | { readonly kind: 'done' }
  | { readonly kind: 'failed' };

function step(state: number | null, input: RegisterInput, output: RegisterOutput | null): number | null | undefined {
  switch (input.type) {
    case 'read':
      return output === null || (output.kind === 'value' && output.value === state) ? state : undefined;
    case 'write':
      return output === null || output.kind === 'done' ? input.value : undefined;
    case 'cas': {
      const holds = state === input.old;
      if (output?.kind === 'failed') return holds ? undefined : state;
      return holds && output?.kind !== 'value' ? input.value : undefined;
    }
    default:
      return unreachable(input);
  }
}

function describeInput(input: RegisterInput): string {
  switch (input.type) {
    case 'read':
      return 'read';
    case 'write':
      return `write ${input.value}`;
    case 'cas':
      return `cas ${input.old} to ${input.value}`;
    default:
      return unreachable(input);
  }
}

function describe(input: RegisterInput, output: RegisterOutput | null): string {
  if (output === null) return describeInput(input);
  return `${describeInput(input)}: ${output.kind === 'value' ? (output.value ?? 'nil') : output.kind}`;
}

/** One register of numbers, nil at first, with read, write and compare-and-swap. */
export const REGISTER_CAS: Model<number | null, RegisterInput, RegisterOutput> = {
  name: 'register-cas',
  initial: null,
  keyOf: () => 'register',
  step,
  observes: (_input, output) => output.kind !== 'done',
  overwrites: (input) => input.type === 'write',
  fingerprint: (state) => (state === null ? 'nil' : String(state)),
  describe,
};
