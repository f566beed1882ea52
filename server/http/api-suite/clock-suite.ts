/** The hybrid clock as clients see it (spec 4, section 5): what an answer gave and a later write sends back orders that write after it. */
import { describe, expect, test } from 'vitest';
import { entryPath, namespacePath } from '../../../lib/contract/names.ts';
import { expectProblem, fresh } from '../testing/suite-api.ts';
import type { SuiteAnswer, SuiteApi } from '../testing/suite-api.ts';

const CLOCK = /^\d{13}-[0-9a-f]{4}-[A-Za-z0-9][\w.-]*$/;

/** A clock value that a node whose clock runs ahead could have given. */
function ahead(ms: number): string {
  return `${String(Date.now() + ms).padStart(13, '0')}-0007-elsewhere`;
}

function clockOf(answer: SuiteAnswer): string {
  const clock = answer.headers.get('x-confman-clock') ?? '';
  expect(clock).toMatch(CLOCK);
  return clock;
}

export function clockSuite(api: SuiteApi): void {
  describe('the hybrid clock', () => {
    test('orders a write after what its writer has seen from a clock that is seconds ahead', async () => {
      const namespace = fresh('clock');
      const seen = ahead(5_000);
      const put = await api.put(entryPath(namespace, 'k'), { value: 'v' }, { headers: { 'x-confman-clock': seen } });
      expect(put.status).toBe(201);
      expect(put.headers.get('x-confman-clock-status')).toBeNull();
      expect(clockOf(put) > seen).toBe(true);
      // What comes later in the log is later by the clock too, with no word from the client.
      const next = await api.delete(entryPath(namespace, 'k'));
      expect(clockOf(next) > clockOf(put)).toBe(true);
      const audit = await api.get(`${namespacePath(namespace)}/audit`, { headers: { 'x-confman-min-version': next.token } });
      const events = audit.json['items'] as readonly { readonly hlc: string; readonly action: string }[];
      expect(events.map(({ hlc }) => hlc)).toEqual(
        events
          .map(({ hlc }) => hlc)
          .toSorted()
          .toReversed(),
      );
      expect(events[0]?.hlc).toBe(clockOf(next));
    });

    test('follows no clock that is an hour ahead, and says so on a write that succeeds', async () => {
      const path = entryPath(fresh('clock'), 'k');
      const wild = ahead(3_600_000);
      const put = await api.put(path, { value: 'v' }, { headers: { 'x-confman-clock': wild } });
      expect(put.status).toBe(201);
      expect(put.headers.get('x-confman-clock-status')).toBe('ignored');
      expect(clockOf(put) < wild).toBe(true);
    });

    test.each(['', '1794268800000', '1794268800000-zzzz-n1', 'yesterday'])('refuses %j, and does not write', async (text) => {
      const path = entryPath(fresh('clock'), 'k');
      const put = await api.put(path, { value: 'v' }, { headers: { 'x-confman-clock': text } });
      expectProblem(put, 'invalid-parameter');
      expect(put.status).toBe(400);
      expect((await api.get(path)).status).toBe(404);
    });
  });
}
