import { describe, expect, test } from 'vitest';
import { decodeReadingCookie, decodeTokenCookie, encodeReadingCookie, encodeTokenCookie } from './token-cookie.ts';

describe('the cookies of the session', () => {
  test('carry token and clock there and back', () => {
    const state = { token: '0123abcd.89abcdef/5:42,0123abcd.89abcdef/payments=3:17', clock: '2026-03-01T12:00:00.000Z/0004' };
    expect(decodeTokenCookie(encodeTokenCookie(state))).toEqual(state);
    expect(decodeTokenCookie(encodeTokenCookie({ ...state, clock: null }))).toEqual({ ...state, clock: null });
  });

  test('hold nothing that a cookie header would misread', () => {
    expect(encodeTokenCookie({ token: 'a1b2c3d4.a1b2c3d4/5:42, payments=3:17', clock: 'x' })).toMatch(/^[A-Za-z0-9%.~-]+$/);
  });

  test('are nothing when they are no token', () => {
    for (const value of [undefined, '', '%', 'hello', '5:42,', '007:1']) expect(decodeTokenCookie(value), String(value)).toBeNull();
  });

  test('keep how to read, and fall back to the default', () => {
    expect(decodeReadingCookie(encodeReadingCookie({ mode: 'linearizable', node: 'n3' }))).toEqual({ mode: 'linearizable', node: 'n3' });
    expect(decodeReadingCookie(encodeReadingCookie({ mode: 'eventual', node: null }))).toEqual({ mode: 'eventual', node: null });
    expect(decodeReadingCookie('nonsense~n3')).toEqual({ mode: 'session', node: null });
    expect(decodeReadingCookie('eventual~../x')).toEqual({ mode: 'eventual', node: null });
  });
});
