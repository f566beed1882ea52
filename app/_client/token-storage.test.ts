import { describe, expect, test } from 'vitest';
import { Session } from '../../lib/client/session.ts';
import { decodeTokenCookie } from '../../lib/queries/token-cookie.ts';
import type { Slot } from './token-storage.ts';
import { tokenStorage } from './token-storage.ts';

const old = '0123abcd.11111111';
const current = '0123abcd.22222222';

function memorySlot(): Slot & { value: string | undefined } {
  return {
    value: undefined,
    read() {
      return this.value;
    },
    write(value) {
      this.value = value;
    },
  };
}

const tokenIn = (slot: Slot): string | undefined => decodeTokenCookie(slot.read())?.token;

describe('the token kept by a browser', () => {
  test('outlives its session object', () => {
    const slot = memorySlot();
    Session.over(tokenStorage([slot])).observe(`${current}/5:42`);
    expect(Session.over(tokenStorage([slot])).export().token).toBe(`${current}/5:42`);
  });

  test('is never lowered by a tab that has seen less', () => {
    const slot = memorySlot();
    const behind = Session.over(tokenStorage([slot]));
    const ahead = Session.over(tokenStorage([slot]));
    ahead.observe(`${current}/5:42`);
    behind.observe(`${current}/5:40`);
    expect(tokenIn(slot)).toBe(`${current}/5:42`);
    behind.observe(`${current}/payments=3:1`);
    expect(tokenIn(slot)).toBe(`${current}/5:42,${current}/payments=3:1`);
  });

  test('loses a history that the cluster refused, and only that', () => {
    const slot = memorySlot();
    const session = Session.over(tokenStorage([slot]));
    session.observe(`${old}/5:42`);
    session.observe(`${current}/6:3`);
    session.drop(old);
    expect(tokenIn(slot)).toBe(`${current}/6:3`);
  });

  test('survives in one place when another was cleared', () => {
    const cookie = memorySlot();
    const local = memorySlot();
    Session.over(tokenStorage([cookie, local])).observe(`${current}/5:42`);
    cookie.value = undefined;
    expect(Session.over(tokenStorage([cookie, local])).export().token).toBe(`${current}/5:42`);
  });

  test('starts anew from what cannot be read', () => {
    const slot = memorySlot();
    slot.value = '%%%';
    expect(Session.over(tokenStorage([slot])).token).toEqual([]);
  });
});
