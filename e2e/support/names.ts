import { randomBytes } from 'node:crypto';

/** A name that no other test, worker or run has. */
export function uniqueName(): string {
  return `t${randomBytes(6).toString('hex')}`;
}
