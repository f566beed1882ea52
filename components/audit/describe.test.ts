import { expect, test } from 'vitest';
import type { AuditEvent } from '../../lib/contract/model.ts';
import { actionText, actionTone, filterText, fromFieldTime, mergeEvents, targetText, toFieldTime } from './describe.ts';

function event(at: number, more: Partial<AuditEvent> = {}): AuditEvent {
  return {
    id: `default:${at}:0`,
    hlc: `170000000000${at}-0000-n1`,
    group: 'default',
    version: `2:${at}`,
    action: 'config.updated',
    actor: 'ann',
    namespace: 'shop',
    key: 'limits',
    oldRevision: 1,
    newRevision: 2,
    message: '',
    requestId: 'r',
    time: '2026-03-01T12:00:00.000Z',
    ...more,
  };
}

test('puts live events in front, newest first, each once', () => {
  const read = [event(3), event(2)];
  expect(mergeEvents([event(3), event(4), event(5)], read).map(({ id }) => id)).toEqual([
    'default:5:0',
    'default:4:0',
    'default:3:0',
    'default:2:0',
  ]);
  expect(mergeEvents([event(2)], read)).toBe(read);
});

test('orders events of several groups by their clock, whenever they came', () => {
  const [one, two, three] = [1, 2, 3].map((at) => event(at));
  const other = event(2, { id: 'payments:9:0', group: 'payments', hlc: '1700000000002-0001-n2' });
  const list = mergeEvents([three as AuditEvent, other], [two as AuditEvent, one as AuditEvent]);
  expect(list.map(({ id }) => id)).toEqual(['default:3:0', 'payments:9:0', 'default:2:0', 'default:1:0']);
  const nth = [
    event(4, { id: 'default:10:1', hlc: 'x' }),
    event(4, { id: 'default:9:0', hlc: 'x' }),
    event(4, { id: 'default:10:0', hlc: 'x' }),
  ];
  expect(mergeEvents(nth, []).map(({ id }) => id)).toEqual(['default:10:1', 'default:10:0', 'default:9:0']);
});

test('says what an event is about', () => {
  expect(targetText(event(1, { namespace: null, key: null, action: 'group.created', message: 'payments' }))).toBe('group payments');
  expect(targetText(event(1, { namespace: null, key: null, action: 'move.completed', message: 'm4-1 from default to g2' }))).toBe(
    'move m4-1',
  );
  expect(targetText(event(1))).toBe('shop limits');
  expect(targetText(event(1, { key: null }))).toBe('shop');
  expect(targetText(event(1, { namespace: null, key: 'k1', action: 'key.revoked' }))).toBe('API key k1');
  expect(targetText(event(1, { namespace: null, key: null, action: 'cluster.formed' }))).toBe('the cluster');
});

test('names actions, unknown ones too, and colours only what gives or takes', () => {
  expect([actionText('config.restored'), actionText('shard.moved')]).toEqual(['Entry restored', 'shard.moved']);
  expect(['config.deleted', 'key.created', 'config.updated'].map(actionTone)).toEqual(['bad', 'ok', 'neutral']);
});

test('says which filters are on', () => {
  expect(filterText({ search: 'limit', action: 'config.deleted', namespace: 'shop' })).toBe(
    '“limit”, action Entry deleted, namespace shop',
  );
});

test('turns times of fields into instants and back', () => {
  expect(fromFieldTime('2026-03-01T12:00', true)).toBe('2026-03-01T12:00:00.000Z');
  expect(toFieldTime('2026-03-01T12:00:07.000Z', true)).toBe('2026-03-01T12:00:07');
  expect(fromFieldTime(toFieldTime('2026-03-01T12:00:07.000Z', false), false)).toBe('2026-03-01T12:00:07.000Z');
  expect([fromFieldTime('', true), fromFieldTime('x', true), toFieldTime(undefined, true)]).toEqual([undefined, undefined, '']);
});
