import { describe, expect, test } from 'vitest';
import type { MemberInfo } from '../state/member-info.ts';
import { nextChange } from './member-follow.ts';

function member(name: string, incarnation = '0', more: Partial<MemberInfo> = {}): MemberInfo {
  return { id: `${name}@${incarnation}`, name, incarnation, peer: `${name}:1`, url: `http://${name}`, ...more };
}
const [n1, n2, n3] = [member('n1'), member('n2'), member('n3')] as const;

describe('what a group has to do to have the members of the main group', () => {
  test.each([
    ['nothing when it has them', [n1, n2, n3], [n1, n2, n3], null, null],
    ['whoever was added comes', [n1, n2, n3], [n1, n2], null, { type: 'add', member: n3, replaces: null }],
    ['whoever was removed goes', [n1, n2], [n1, n2, n3], null, { type: 'remove', name: 'n3' }],
    ['before a new disk comes the old one goes', [n1, member('n2', '1')], [n1, n2], null, { type: 'remove', name: 'n2' }],
    [
      'whoever is to take a place is added for it',
      [n1, n2, member('n3', '0', { replaces: n2.id })],
      [n1, n2],
      null,
      { type: 'add', member: n3, replaces: 'n2' },
    ],
    [
      'whoever has taken a place is added, and then the other one goes',
      [n1, n3],
      [n1, n2],
      null,
      { type: 'add', member: n3, replaces: null },
    ],
    ['only those that it may have come', [n1, n2, n3], [n1, n2], ['n1', 'n2'], null],
    ['whoever was removed goes also from a group of its own', [n1], [n1, n2], ['n1', 'n2'], { type: 'remove', name: 'n2' }],
  ] as const)('%s', (_what, main, group, names, change) => {
    expect(nextChange(main, group, names)).toEqual(change);
  });
});
