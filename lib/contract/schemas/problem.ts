/** The body of every error (RFC 9457), and what each code adds to it. */
import { z } from 'zod';
import { PROBLEM_CODES } from '../problems.ts';
import type { ProblemCode } from '../problems.ts';
import { Entry } from './entries.ts';

/** Where in the request something is wrong. `pointer` is a JSON Pointer into the body; other places are named. */
export const ProblemDetailError = z
  .object({
    pointer: z.string().optional(),
    parameter: z.string().optional().meta({ description: 'Query parameter or header' }),
    detail: z.string(),
    line: z.int().optional(),
    column: z.int().optional(),
    offset: z.int().optional(),
    element: z.int().optional().meta({ description: 'Which element of a version token, from 1' }),
  })
  .meta({ id: 'ProblemDetailError' });
export type ProblemDetailError = z.infer<typeof ProblemDetailError>;

/** `version-not-reached`: what was asked of a group, and how far it was. */
export const WaitReport = z
  .object({
    group: z.string(),
    required: z.string(),
    applied: z.string(),
    commit: z.int().nullable().meta({ description: 'The last commit index that this node has heard of' }),
    leader: z.string().nullable(),
    node: z.string(),
    reason: z.string().optional().meta({ description: 'Why waiting longer may not help' }),
  })
  .meta({ id: 'WaitReport' });
export type WaitReport = z.infer<typeof WaitReport>;

export const Problem = z
  .object({
    type: z.string().meta({ format: 'uri', description: 'Stable; ends in the code' }),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    instance: z.string().meta({ description: 'The request id' }),
    code: z.enum(PROBLEM_CODES as [ProblemCode, ...ProblemCode[]]),
    retryable: z.boolean(),
    errors: z.array(ProblemDetailError).optional(),
    groups: z.array(WaitReport).optional(),
    current: Entry.nullable().optional().meta({ description: 'version-conflict: the entry as it is, null if there is none' }),
    operation: z.int().optional().meta({ description: 'Which operation of a batch, from 0' }),
    idempotencyKey: z.string().optional().meta({ description: 'write-outcome-unknown: ask again with this Idempotency-Key' }),
    history: z.string().nullable().optional().meta({ description: 'The history of the version that was refused; null for a bare one' }),
    version: z.string().optional().meta({ description: 'The element of the token that was refused' }),
    oldest: z.string().optional().meta({ description: 'The oldest that is kept' }),
    leader: z.string().nullable().optional(),
    node: z.string().optional(),
    retryAfterMs: z.int().optional(),
    failing: z.array(z.string()).optional(),
    group: z.string().optional(),
    epoch: z.int().optional().meta({ description: 'Of the registry by which the request was routed' }),
    move: z.string().optional().meta({ description: 'The move that is in the way' }),
  })
  .meta({ id: 'Problem' });
export type Problem = z.infer<typeof Problem>;
