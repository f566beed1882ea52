/** Bodies: bytes to JSON to what a schema says, with the place of every fault. */
import { isUtf8 } from 'node:buffer';
import type { z } from 'zod';
import type { ProblemDetailError } from '../../lib/contract/schemas/problem.ts';
import { ServiceError } from '../services/errors.ts';
import { jsonFault } from '../services/values/json-fault.ts';

const ERRORS_MAX = 20;

/** @throws ServiceError `malformed-json` */
export function parseJson(bytes: Buffer): unknown {
  if (!isUtf8(bytes)) throw new ServiceError('malformed-json', 'the body is not UTF-8');
  const text = bytes.toString('utf8');
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    const fault = jsonFault(text) ?? { offset: 0, detail: 'it is not JSON' };
    const before = text.slice(0, fault.offset).split('\n');
    const place = { line: before.length, column: (before.at(-1)?.length ?? 0) + 1, offset: fault.offset };
    const detail = `line ${place.line}, column ${place.column}: ${fault.detail}`;
    throw new ServiceError('malformed-json', detail, { errors: [{ detail: fault.detail, ...place }] }, { cause });
  }
}

/** @throws ServiceError `invalid-body` with a JSON Pointer for everything that is wrong */
export function checkBody<T>(schema: z.ZodType<T>, value: unknown): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const errors = parsed.error.issues.flatMap(issueErrors).slice(0, ERRORS_MAX);
  const [first] = errors;
  const detail =
    first === undefined
      ? 'the body does not have the expected form'
      : `${first.pointer === '' ? 'the body' : first.pointer}: ${first.detail}`;
  throw new ServiceError('invalid-body', detail, { errors });
}

function issueErrors(issue: z.core.$ZodIssue): ProblemDetailError[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({ pointer: jsonPointer([...issue.path, key]), detail: 'this field is not known here' }));
  }
  return [{ pointer: jsonPointer(issue.path), detail: issue.message }];
}

/** RFC 6901. */
export function jsonPointer(path: readonly PropertyKey[]): string {
  return path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}
