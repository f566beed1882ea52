import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compareClock, HybridClock } from '../clock/hlc.ts';
import { encodeCommand, readStamp } from '../state/codec.ts';
import type { Stamp } from '../state/types.ts';
import { CLOCK_STRETCH_MS, ClockReserve } from './clock-reserve.ts';
import { Stamper } from './stamper.ts';

const command = encodeCommand({
  level: 1,
  actor: { keyId: 'k', name: 'k' },
  requestId: 'r',
  idempotency: null,
  body: { type: 'delete-namespace', namespace: 'app' },
});

class Disk {
  ms = 0;
  saves = 0;
  save(ms: number): void {
    this.ms = ms;
    this.saves += 1;
  }
}

/** One life of a node: nothing of the last one but the disk. */
function life(disk: Disk): (wallMs: number) => Stamp {
  const reserve = new ClockReserve(disk);
  const stamper = new Stamper(new HybridClock({ ms: reserve.ceilingMs, counter: 0 }), reserve, 'n1');
  return (wallMs) => {
    const stamp = readStamp(stamper.stamp(command, wallMs));
    if (stamp === null) throw new Error('a stamped command has a stamp');
    return stamp;
  };
}

describe('the reserve of the clock', () => {
  test('keeps stamps rising over restarts, wherever the wall clock has stepped to', () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(fc.integer({ min: 0, max: 1_000_000 }), { minLength: 1, maxLength: 20 }), { maxLength: 6 }),
        (lives) => {
          const disk = new Disk();
          let last: Stamp | null = null;
          for (const walls of lives) {
            const stamp = life(disk);
            for (const wall of walls) {
              const next = stamp(wall);
              if (last !== null) expect(compareClock(next, last)).toBeGreaterThan(0);
              expect(next.ms).toBeLessThan(disk.ms);
              last = next;
            }
          }
        },
      ),
    );
  });

  test('costs one sync per stretch in which something is stamped', () => {
    const disk = new Disk();
    const stamp = life(disk);
    for (let ms = 0; ms < 10 * CLOCK_STRETCH_MS; ms += 1) stamp(1_000_000 + ms);
    expect(disk.saves).toBe(10);
  });

  test('gives out nothing when the disk fails', () => {
    const disk = new Disk();
    const stamp = life({
      get ms(): number {
        return disk.ms;
      },
      saves: 0,
      save: () => {
        throw new Error('EIO');
      },
    });
    expect(() => stamp(1_000)).toThrow('EIO');
  });
});
