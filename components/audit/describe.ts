import type { AuditEvent } from '../../lib/contract/model.ts';
import type { AuditFilter } from '../../lib/queries/audit-filter.ts';
import { AUDIT_FIELDS } from '../../lib/queries/audit-filter.ts';
import { auditText } from '../catalogue/audit.ts';
import type { Tone } from '../ui/badge.tsx';

/** The action in words; one that this console does not know yet as it stands. */
export function actionText(action: string): string {
  return auditText.actions[action] ?? action;
}

/** Red for what takes away, green for what adds, quiet for the rest. */
export function actionTone(action: string): Tone {
  if (/\.(?:deleted|revoked|removed)$/.test(action)) return 'bad';
  if (/\.(?:created|restored|added|formed)$/.test(action)) return 'ok';
  return 'neutral';
}

/** What the event is about, in one line. */
export function targetText({ namespace, key, action }: AuditEvent): string {
  if (namespace !== null) return key === null ? namespace : `${namespace} ${key}`;
  if (key !== null) return action.startsWith('key.') ? `${auditText.apiKey} ${key}` : key;
  return auditText.cluster;
}

/** The filters that are on, as people read them. */
export function filterText(filter: AuditFilter): string {
  return AUDIT_FIELDS.flatMap((field) => {
    const value = filter[field];
    if (value === undefined) return [];
    return [field === 'search' ? `“${value}”` : `${auditText[field].toLowerCase()} ${field === 'action' ? actionText(value) : value}`];
  }).join(', ');
}

/** Events of the stream in front of those that were read, each once, newest first. */
export function mergeEvents(live: readonly AuditEvent[], read: readonly AuditEvent[]): readonly AuditEvent[] {
  const known = new Set(read.map(({ id }) => id));
  const fresh = live.filter(({ id }) => !known.has(id));
  return fresh.length === 0 ? read : [...fresh.toReversed(), ...read];
}

/** What a field for date and time holds, in UTC or local time, from an instant; empty for none. */
export function toFieldTime(instant: string | undefined, utc: boolean): string {
  if (instant === undefined) return '';
  const at = new Date(instant);
  const shown = utc ? at : new Date(at.getTime() - at.getTimezoneOffset() * 60_000);
  return shown.toISOString().slice(0, 19);
}

/** The instant that such a field means; undefined for none. */
export function fromFieldTime(text: string, utc: boolean): string | undefined {
  const ms = text === '' ? Number.NaN : Date.parse(utc ? `${text}Z` : text);
  return Number.isNaN(ms) ? undefined : new Date(ms).toISOString();
}
