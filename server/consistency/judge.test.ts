import { describe, expect, test } from 'vitest';
import { parseToken } from '../../lib/contract/token.ts';
import type { TokenElement } from '../../lib/contract/token.ts';
import { judgeElement } from './judge.ts';
import type { Ancestry, TermAt } from './judge.ts';

const CLUSTER = 'c0ffee00';
const ANCESTRY: Ancestry = {
  clusterId: CLUSTER,
  lineages: [
    { id: '00000001', forkIndex: 80 },
    { id: '00000002', forkIndex: 50 },
    { id: '00000003', forkIndex: null },
  ],
};
const ONE: Ancestry = { clusterId: CLUSTER, lineages: [{ id: '00000003', forkIndex: null }] };

/** Entries 1-9 have term 1 (below the floor), 10-40 term 5, 41-100 term 6. */
const termAt: TermAt = (index) => (index > 100 ? 'not-applied' : index < 10 ? 'below-floor' : index <= 40 ? 5 : 6);
const element = (text: string): TokenElement => parseToken(text)[0] as TokenElement;
const judge = (text: string, applied = 100, ancestry = ANCESTRY) => {
  const judgement = judgeElement(element(text), ancestry, applied, termAt);
  return judgement.kind === 'refuse' ? judgement.code : judgement.kind;
};

describe('judgeElement', () => {
  test.each([
    // Row 2: history, at once, whatever has been applied.
    [`deadbeef.00000003/6:100`, 100, 'version-of-another-cluster'],
    [`deadbeef.00000003/6:1000`, 100, 'version-of-another-cluster'],
    [`${CLUSTER}.99999999/6:100`, 100, 'version-of-another-lineage'],
    [`${CLUSTER}.99999999/6:1000`, 0, 'version-of-another-lineage'],
    [`${CLUSTER}.00000002/6:50`, 100, 'serve'],
    [`${CLUSTER}.00000002/6:51`, 100, 'version-lost-in-restore'],
    [`${CLUSTER}.00000002/9:9007199254740993`, 100, 'version-lost-in-restore'],
    [`${CLUSTER}.00000001/6:50`, 100, 'serve'],
    // Taken over by the second lineage, but not by the third.
    [`${CLUSTER}.00000001/6:60`, 100, 'version-lost-in-restore'],
    [`${CLUSTER}.00000001/6:81`, 100, 'version-lost-in-restore'],
    [`${CLUSTER}.00000001/6:50`, 20, 'wait'],
    [`${CLUSTER}.00000003/6:100`, 100, 'serve'],
    // Row 3: applied, by index; whose entry it is, by term.
    ['6:100', 100, 'serve'],
    ['6:41', 100, 'serve'],
    ['5:40', 100, 'serve'],
    ['5:41', 100, 'version-of-another-history'],
    ['6:40', 100, 'version-of-another-history'],
    ['7:100', 100, 'version-of-another-history'],
    ['9223372036854775807:100', 100, 'version-of-another-history'],
    [`${CLUSTER}.00000003/5:100`, 100, 'version-of-another-history'],
    ['1:9', 100, 'serve-unproven'],
    ['3:9', 100, 'serve-unproven'],
    ['0:0', 100, 'serve'],
    ['0:0', 0, 'serve'],
    // Row 4: not applied; the term does not matter, neither lower nor higher.
    ['6:101', 100, 'wait'],
    ['5:101', 100, 'wait'],
    ['99:101', 100, 'wait'],
    ['5:100', 50, 'wait'],
    ['6:9007199254740991', 100, 'wait'],
    ['6:9007199254740992', 100, 'wait'],
    ['6:9007199254740993', 100, 'wait'],
    ['6:9223372036854775807', 100, 'wait'],
  ])('says %s with %i applied: %s', (text, applied, expected) => {
    expect(judge(text, applied)).toBe(expected);
  });

  test('keeps an earlier lineage unknown when the ancestry does not have it', () => {
    expect(judge(`${CLUSTER}.00000002/6:50`, 100, ONE)).toBe('version-of-another-lineage');
  });

  test('looks again when the state is behind the applied index it was asked with', () => {
    expect(judgeElement(element('6:101'), ANCESTRY, 200, termAt)).toEqual({ kind: 'wait' });
  });
});
