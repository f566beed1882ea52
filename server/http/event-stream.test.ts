import { EventEmitter } from 'node:events';
import type { ServerResponse } from 'node:http';
import { describe, expect, test } from 'vitest';
import { encodeEvent, encodeEvents, encodeLines, pumpStream } from './event-stream.ts';

/** A response whose reader takes nothing until `drain` is emitted. */
class SlowResponse extends EventEmitter {
  readonly written: string[] = [];
  destroyed = false;
  ended = false;
  takes = true;

  write(chunk: string): boolean {
    this.written.push(chunk);
    return this.takes;
  }

  end(): void {
    this.ended = true;
  }

  destroy(): void {
    this.destroyed = true;
    this.emit('close');
  }
}

const asResponse = (slow: SlowResponse): ServerResponse => slow as unknown as ServerResponse;

/** Counts how many chunks were asked for. */
function counted(count: number): {
  readonly chunks: AsyncIterable<string>;
  readonly asked: () => number;
  readonly returned: () => boolean;
} {
  let asked = 0;
  let returned = false;
  async function* generate(): AsyncGenerator<string> {
    try {
      for (; asked < count;) {
        asked += 1;
        yield await Promise.resolve(`chunk ${asked}`);
      }
    } finally {
      returned = true;
    }
  }
  return { chunks: generate(), asked: () => asked, returned: () => returned };
}

describe('pumpStream', () => {
  test('writes everything and ends', async () => {
    const slow = new SlowResponse();
    expect(await pumpStream(asResponse(slow), counted(3).chunks)).toBe('ended');
    expect([slow.written, slow.ended]).toEqual([['chunk 1', 'chunk 2', 'chunk 3'], true]);
  });

  test('asks for no more while the client takes nothing, and goes on when it does', async () => {
    const slow = new SlowResponse();
    slow.takes = false;
    const source = counted(3);
    const pumped = pumpStream(asResponse(slow), source.chunks);
    await expect.poll(() => slow.listenerCount('drain')).toBe(1);
    expect([source.asked(), slow.written]).toEqual([1, ['chunk 1']]);
    slow.takes = true;
    slow.emit('drain');
    expect(await pumped).toBe('ended');
    expect(slow.written).toHaveLength(3);
    expect([slow.listenerCount('drain'), slow.listenerCount('close')]).toEqual([0, 0]);
  });

  test('cuts a client that stalls, and lets go of its source', async () => {
    const slow = new SlowResponse();
    slow.takes = false;
    const source = counted(1000);
    expect(await pumpStream(asResponse(slow), source.chunks, 1)).toBe('cut');
    expect([slow.destroyed, slow.ended, source.asked(), source.returned()]).toEqual([true, false, 1, true]);
  });

  test('ends with the client', async () => {
    const slow = new SlowResponse();
    slow.takes = false;
    const source = counted(1000);
    const pumped = pumpStream(asResponse(slow), source.chunks);
    await expect.poll(() => slow.listenerCount('close')).toBe(1);
    slow.destroy();
    expect([await pumped, source.returned()]).toEqual(['cut', true]);
  });
});

describe('encoding', () => {
  test('keeps an event in its frame, whatever its data', () => {
    const frame = encodeEvent({ event: 'change', id: 'a.b/1:2', data: { value: 'line\n\nbreaks\r\u2028' } });
    expect(frame).toBe('event: change\nid: a.b/1:2\ndata: {"value":"line\\n\\nbreaks\\r\u2028"}\n\n');
    expect(encodeEvent({ event: 'bookmark', data: {} })).toBe('event: bookmark\ndata: {}\n\n');
  });

  test('begins a stream with the pause before reconnecting, and gathers lines', async () => {
    async function* two(): AsyncGenerator<{ event: string; data: number }> {
      yield await Promise.resolve({ event: 'a', data: 1 });
      yield { event: 'b', data: 2 };
    }
    const events: string[] = [];
    for await (const chunk of encodeEvents(two())) events.push(chunk);
    expect(events.shift()).toMatch(/^retry: \d+\n\n$/);
    expect(events).toEqual(['event: a\ndata: 1\n\n', 'event: b\ndata: 2\n\n']);
    const lines: string[] = [];
    for await (const chunk of encodeLines(two())) lines.push(chunk);
    expect(lines).toEqual(['{"event":"a","data":1}\n{"event":"b","data":2}\n']);
  });
});
