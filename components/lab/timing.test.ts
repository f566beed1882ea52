import { describe, expect, test } from 'vitest';
import type { EntrySteps } from '../../lib/contract/schemas/journal.ts';
import { placeSteps } from './timing.ts';

const steps = (received: number, durable: number | null, committed: number | null, applied: number | null, term = 3): EntrySteps => ({
  index: 42,
  term,
  receivedAgoMs: received,
  durableAgoMs: durable,
  committedAgoMs: committed,
  appliedAgoMs: applied,
});

describe('steps on the clock of the browser', () => {
  test('lie in the middle of what one answer leaves open', () => {
    expect(placeSteps([{ askedMs: 100, answeredMs: 110, entry: steps(50, 48, 45, 40) }], {})).toEqual({
      received: 55,
      durable: 57,
      committed: 60,
      applied: 65,
      plusMinusMs: 5,
    });
  });

  test('become more certain with every answer', () => {
    const placed = placeSteps(
      [
        { askedMs: 100, answeredMs: 110, entry: steps(50, null, null, null) },
        { askedMs: 120, answeredMs: 126, entry: steps(66, 64, 60, 58) },
      ],
      {},
    );
    expect(placed).toMatchObject({ received: 57, applied: 65, plusMinusMs: 3 });
  });

  test('come after their cause and before their effect', () => {
    const observations = [{ askedMs: 100, answeredMs: 120, entry: steps(95, 94, 92, 90) }];
    expect(placeSteps(observations, {})).toMatchObject({ received: 15, plusMinusMs: 10 });
    expect(placeSteps(observations, { received: { notBefore: 9 }, applied: { notAfter: 18 } })).toMatchObject({
      received: 11,
      applied: 16,
      plusMinusMs: 2,
    });
  });

  test('stay as the answers say when a bound contradicts them', () => {
    expect(placeSteps([{ askedMs: 100, answeredMs: 102, entry: steps(50, 50, 50, 50) }], { received: { notBefore: 60 } })).toMatchObject({
      received: 51,
      plusMinusMs: 1,
    });
  });

  test('are not told where a step was not taken, or the entry was overwritten meanwhile', () => {
    expect(placeSteps([{ askedMs: 1, answeredMs: 3, entry: steps(1, 1, null, null) }], {})).toMatchObject({
      committed: null,
      applied: null,
    });
    expect(
      placeSteps(
        [
          { askedMs: 1, answeredMs: 3, entry: steps(1, 1, 1, 1, 3) },
          { askedMs: 1, answeredMs: 3, entry: steps(1, 1, 1, 1, 4) },
        ],
        {},
      ),
    ).toBeNull();
    expect(placeSteps([], {})).toBeNull();
  });
});
