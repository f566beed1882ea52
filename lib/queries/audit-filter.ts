import { mentions } from '../contract/audit-text.ts';
import type { AuditAction, AuditEvent } from '../contract/model.ts';
import { AUDIT_ACTIONS } from '../contract/model.ts';
import { isWithin } from '../contract/names.ts';

/** Which audit events are asked for; a field that is left out asks for nothing. */
export interface AuditFilter {
  /** Free text. */
  readonly search?: string | undefined;
  readonly action?: AuditAction | undefined;
  /** A namespace and those below it. */
  readonly namespace?: string | undefined;
  readonly key?: string | undefined;
  readonly actor?: string | undefined;
  /** RFC 3339, UTC; events from here on. */
  readonly from?: string | undefined;
  /** RFC 3339, UTC; events before. */
  readonly to?: string | undefined;
}

export const AUDIT_FIELDS = [
  'search',
  'action',
  'namespace',
  'key',
  'actor',
  'from',
  'to',
] as const satisfies readonly (keyof AuditFilter)[];

/** The filter that an address carries. What cannot be meant is left out, so that a mistyped address still shows something. */
export function auditFilterFrom(get: (name: string) => string | null | undefined): AuditFilter {
  const text = (name: string): string | undefined => {
    const value = get(name)?.trim();
    return value === undefined || value === '' ? undefined : value;
  };
  const action = text('action');
  const filter: { -readonly [F in keyof AuditFilter]: AuditFilter[F] } = {
    search: text('search'),
    action: AUDIT_ACTIONS.find((known) => known === action),
    namespace: text('namespace'),
    key: text('key'),
    actor: text('actor'),
    from: instant(text('from')),
    to: instant(text('to')),
  };
  for (const field of AUDIT_FIELDS) if (filter[field] === undefined) delete filter[field];
  return filter;
}

function instant(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const ms = Date.parse(text);
  return Number.isNaN(ms) ? undefined : new Date(ms).toISOString();
}

/** Whether the node would have given this event for the filter: for events that come live. */
export function matchesAudit(filter: AuditFilter, event: AuditEvent): boolean {
  const { search, action, namespace, key, actor, from, to } = filter;
  if (action !== undefined && event.action !== action) return false;
  if (namespace !== undefined && (event.namespace === null || !isWithin(event.namespace, namespace))) return false;
  if (key !== undefined && event.key !== key) return false;
  if (actor !== undefined && event.actor !== actor) return false;
  const atMs = Date.parse(event.time);
  if (from !== undefined && atMs < Date.parse(from)) return false;
  if (to !== undefined && atMs >= Date.parse(to)) return false;
  return search === undefined || mentions(event, search.toLowerCase());
}
