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
export function targetText({ namespace, key, action, message }: AuditEvent): string {
  if (namespace !== null) return key === null ? namespace : `${namespace} ${key}`;
  if (key !== null) return action.startsWith('key.') ? `${auditText.apiKey} ${key}` : key;
  // Such events begin with the name of what they are about.
  const [named = ''] = message.split(' ');
  if (action.startsWith('group.')) return auditText.aboutGroup(named);
  if (/^(?:move|range)\./.test(action)) return auditText.aboutMove(named);
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

/** Newest first, by the clock that orders all groups: as a node lists them. */
function compareEvents(a: AuditEvent, b: AuditEvent): number {
  if (a.hlc !== b.hlc) return a.hlc > b.hlc ? -1 : 1;
  if (a.group !== b.group) return a.group > b.group ? -1 : 1;
  const [[atA = 0, nthA = 0], [atB = 0, nthB = 0]] = [placeOf(a), placeOf(b)];
  return atB - atA || nthB - nthA;
}

/** Index in the log of its group, and which event of that entry it is. */
function placeOf({ id }: AuditEvent): readonly number[] {
  return id.split(':').slice(1).map(Number);
}

/** Events of the stream among those that were read, each once, newest first. Those of several groups need not come in order. */
export function mergeEvents(live: readonly AuditEvent[], read: readonly AuditEvent[]): readonly AuditEvent[] {
  const known = new Set(read.map(({ id }) => id));
  const fresh = live.filter(({ id }) => !known.has(id));
  return fresh.length === 0 ? read : [...fresh, ...read].toSorted(compareEvents);
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
