/** What a caller may touch. Every service asks here before it does anything else. */
import { covers, hasRight } from '../auth/principal.ts';
import type { Principal, Right } from '../auth/principal.ts';
import { ServiceError } from './errors.ts';

/** @throws ServiceError `forbidden` when the role lacks the right */
export function requireRight(principal: Principal, right: Right): void {
  if (hasRight(principal.role, right)) return;
  const role = right === 'admin' ? 'admin' : 'editor or admin';
  throw new ServiceError('forbidden', `the key ${JSON.stringify(principal.name)} has the role ${principal.role}: this needs ${role}`);
}

/** @throws ServiceError `forbidden` when the key lacks the right, or is limited to other namespaces */
export function requireNamespace(principal: Principal, right: Right, namespace: string): void {
  requireRight(principal, right);
  if (covers(principal.scope, namespace)) return;
  throw new ServiceError(
    'forbidden',
    `the key ${JSON.stringify(principal.name)} is limited to ${(principal.scope ?? []).join(', ')}: it may not touch ${namespace}`,
  );
}

/** For what concerns the cluster as a whole: a key that is limited to namespaces could otherwise widen itself. */
export function requireCluster(principal: Principal): void {
  requireRight(principal, 'admin');
  if (principal.scope === null) return;
  throw new ServiceError(
    'forbidden',
    `the key ${JSON.stringify(principal.name)} is limited to namespaces: this needs an admin key without limits`,
  );
}
