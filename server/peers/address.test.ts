import { expect, test } from 'vitest';
import { parseHostPort } from './address.ts';

test.each([
  ['127.0.0.1:6101', { host: '127.0.0.1', port: 6101 }],
  ['node-1.example:1', { host: 'node-1.example', port: 1 }],
  ['[::1]:6101', { host: '::1', port: 6101 }],
  ['[fe80::1%eth0]:0', { host: 'fe80::1%eth0', port: 0 }],
])('reads %s', (text, parsed) => {
  expect(parseHostPort(text)).toEqual(parsed);
});

test.each(['', 'host', 'host:', ':6101', '::1:6101', 'host:65536', 'host:-1', 'host:1:2', 'http://host:1', 'host:1 '])(
  'refuses %j',
  (text) => {
    expect(parseHostPort(text)).toBeNull();
  },
);
