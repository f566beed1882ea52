import { expect, test } from 'vitest';
import type { AuditEvent } from '../contract/model.ts';
import { auditFilterFrom, matchesAudit } from './audit-filter.ts';

const event: AuditEvent = {
  id: 'default:7:0',
  hlc: '1700000000000-0000-n1',
  group: 'default',
  version: '2:7',
  action: 'config.updated',
  actor: 'ann',
  namespace: 'teams/pay/prod',
  key: 'db/url',
  oldRevision: 1,
  newRevision: 2,
  message: 'Raised the limit',
  requestId: 'console-1',
  time: '2026-03-01T12:00:00.000Z',
};

test('reads a filter from an address, and leaves out what cannot be meant', () => {
  const read = (query: string) => {
    const parameters = new URLSearchParams(query);
    return auditFilterFrom((name) => parameters.get(name));
  };
  expect(read('')).toEqual({});
  expect(read('search=%20limit%20&action=config.updated&key=db%2Furl')).toEqual({
    search: 'limit',
    action: 'config.updated',
    key: 'db/url',
  });
  expect(read('action=explode&from=yesterday&to=2026-03-01T13:00:00%2B01:00')).toEqual({ to: '2026-03-01T12:00:00.000Z' });
});

test.each([
  [{}, true],
  [{ namespace: 'teams/pay' }, true],
  [{ namespace: 'teams/pa' }, false],
  [{ key: 'db/url', actor: 'ann', action: 'config.updated' }, true],
  [{ key: 'db' }, false],
  [{ actor: 'Ann' }, false],
  [{ action: 'config.created' }, false],
  [{ from: '2026-03-01T12:00:00.000Z' }, true],
  [{ to: '2026-03-01T12:00:00.000Z' }, false],
  [{ from: '2026-03-01T12:00:00.001Z' }, false],
  [{ search: 'LIMIT' }, true],
  [{ search: 'console-1' }, true],
  [{ search: 'nothing' }, false],
] as const)('judges a live event by %o as the node would', (filter, expected) => {
  expect(matchesAudit(filter, event)).toBe(expected);
});

test('shows events of the whole cluster only where no namespace is asked for', () => {
  const formed: AuditEvent = { ...event, action: 'cluster.formed', namespace: null, key: null };
  expect(matchesAudit({}, formed)).toBe(true);
  expect(matchesAudit({ namespace: 'teams' }, formed)).toBe(false);
});
