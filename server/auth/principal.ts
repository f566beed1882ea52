/** Who asks, after authentication: an API key, shown directly or through a session cookie. */
import type { Role } from '../../lib/contract/model.ts';
import { isWithin } from '../../lib/contract/names.ts';

export interface Principal {
  readonly keyId: string;
  readonly name: string;
  readonly role: Role;
  /** Namespace prefixes that the key is limited to; null: everything. */
  readonly scope: readonly string[] | null;
  readonly via: 'bearer' | 'cookie';
  /** When the key or the session ends, milliseconds; null: never. */
  readonly expiresAtMs: number | null;
}

/** What a route asks of its caller. `open`: nothing at all. */
export type Right = 'open' | 'read' | 'write' | 'admin';

const RANK: Readonly<Record<Role, number>> = { viewer: 1, editor: 2, admin: 3 };
const NEEDED: Readonly<Record<Right, number>> = { open: 0, read: 1, write: 2, admin: 3 };

/** Whether the role has the right, whatever the namespace. */
export function hasRight(role: Role, right: Right): boolean {
  return RANK[role] >= NEEDED[right];
}

/** Whether the scope covers the namespace. */
export function covers(scope: readonly string[] | null, namespace: string): boolean {
  return scope === null || scope.some((prefix) => isWithin(namespace, prefix));
}

/** The principal as text, for the node that answers in this node's place. */
export function encodePrincipal(principal: Principal): string {
  return JSON.stringify(principal);
}

/** What `encodePrincipal` wrote, on a node of the same cluster. */
export function decodePrincipal(text: string): Principal {
  return JSON.parse(text) as Principal;
}
