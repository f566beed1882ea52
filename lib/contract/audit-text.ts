/** Free text in audit events: one rule for the server that filters and the console that shows new events as they come. */
import type { AuditEvent } from './model.ts';

/** What of an event is looked at. */
export type AuditText = Pick<AuditEvent, 'action' | 'actor' | 'namespace' | 'key' | 'message' | 'requestId'>;

/**
 * Whether an event mentions a text, without regard to case: in action, actor, namespace, key, message or request id.
 *
 * @param needle in lower case; every event mentions the empty one
 */
export function mentions(event: AuditText, needle: string): boolean {
  const { action, actor, namespace, key, message, requestId } = event;
  return [action, actor, namespace, key, message, requestId].some((text) => text !== null && text.toLowerCase().includes(needle));
}
