import { expect, test } from 'vitest';
import { LogLimiter } from './log-limiter.ts';
import { ManualTimers } from './testing.ts';

test('logs each key once per interval and says how often it was silent', () => {
  const timers = new ManualTimers();
  const lines: unknown[] = [];
  const limiter = new LogLimiter((_level, event, fields) => void lines.push([event, fields]), timers, 1_000);
  const refuse = (source: string): void => limiter.log(source, 'warn', 'refused', { source });
  refuse('a');
  refuse('a');
  refuse('b');
  timers.advance(999);
  refuse('a');
  timers.advance(1);
  refuse('a');
  expect(lines).toEqual([
    ['refused', { source: 'a' }],
    ['refused', { source: 'b' }],
    ['refused', { source: 'a', omitted: 2 }],
  ]);
});

test('forgets the oldest when too many sources come', () => {
  const lines: unknown[] = [];
  const limiter = new LogLimiter((_level, event) => void lines.push(event), new ManualTimers(), 1_000);
  for (let i = 0; i < 1_025; i++) limiter.log(`source ${i}`, 'warn', `${i}`, {});
  limiter.log('source 1024', 'warn', 'newest again', {});
  limiter.log('source 0', 'warn', 'oldest again', {});
  expect(lines.slice(1_025)).toEqual(['oldest again']);
});
