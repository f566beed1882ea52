import { expect, test } from 'vitest';
import { judgeAudit } from './audit.mjs';

const report = (counts: Record<string, number>, vulnerabilities: object): string =>
  JSON.stringify({ auditReportVersion: 2, vulnerabilities, metadata: { vulnerabilities: counts } });

test('passes what is clean, fails what is known to be weak, and never takes silence for either', () => {
  expect(judgeAudit(report({ total: 0 }, {})).kind).toBe('clean');
  expect(judgeAudit(report({ low: 1 }, { a: { severity: 'low', range: '<1' } }))).toEqual({ kind: 'clean', text: 'low: a <1' });
  expect(judgeAudit(report({ high: 1 }, { b: { severity: 'high', range: '*' } }))).toEqual({ kind: 'found', text: 'high: b *' });
  const offline = JSON.stringify({ message: '405 Method Not Allowed', error: { summary: '', detail: '' } });
  expect(judgeAudit(offline)).toEqual({ kind: 'not-run', text: 'npm audit could not be answered: 405 Method Not Allowed' });
  expect(judgeAudit('').kind).toBe('not-run');
  expect(judgeAudit('{}').kind).toBe('not-run');
});
