import { describe, expect, test } from 'vitest';
import { KeyUses } from './key-uses.ts';
import { isOwnOrigin } from './origin.ts';
import { covers, hasRight } from './principal.ts';
import { hashSecret, mintSecret, sameHash } from './secret.ts';
import { SessionSealer, cookieValue, sessionCookieName } from './session-cookie.ts';
import { SignInLimit, sourceOf } from './sign-in-limit.ts';

const chance = (count: number): Uint8Array => crypto.getRandomValues(new Uint8Array(count));

describe('SessionSealer', () => {
  const claims = { keyId: 'key_1', expiresAtMs: 5 };
  const sealer = new SessionSealer('one secret', chance);

  test('opens what any node with the same secret sealed, and nothing else', () => {
    const sealed = sealer.seal('a', claims);
    expect(new SessionSealer('one secret', chance).open('a', sealed)).toEqual(claims);
    expect(new SessionSealer('another secret', chance).open('a', sealed)).toBeNull();
    // The name is sealed with it: a cookie of another cluster does not open under ours.
    expect(sealer.open('b', sealed)).toBeNull();
    for (let at = 0; at < sealed.length; at += 1) {
      const changed = `${sealed.slice(0, at)}${sealed[at] === 'A' ? 'B' : 'A'}${sealed.slice(at + 1)}`;
      const opened = sealer.open('a', changed);
      // The last character may carry bits that no byte is made of.
      if (!Buffer.from(changed, 'base64url').equals(Buffer.from(sealed, 'base64url'))) expect(opened).toBeNull();
    }
    for (const broken of ['', 'A', 'x'.repeat(2000), sealed.slice(0, 20)]) expect(sealer.open('a', broken)).toBeNull();
  });

  test('never seals twice alike, and shows nothing of what is inside', () => {
    const [one, other] = [sealer.seal('a', claims), sealer.seal('a', claims)];
    expect(one).not.toBe(other);
    expect(Buffer.from(one, 'base64url').toString('latin1')).not.toContain('key_1');
  });
});

test('finds a cookie by its whole name', () => {
  const name = sessionCookieName('c0ffee00');
  expect(cookieValue(`x${name}=1; ${name}=2;${name}3=4`, name)).toBe('2');
  expect(cookieValue(undefined, name)).toBeNull();
  expect(cookieValue('a; b', 'a')).toBeNull();
});

describe('SignInLimit', () => {
  test('holds an address after ten failures within a minute, and no other', () => {
    const limit = new SignInLimit();
    for (let at = 0; at < 10; at += 1) {
      expect(limit.waitMs('a', at)).toBe(0);
      limit.failed('a', at);
    }
    expect(limit.waitMs('a', 10)).toBe(59_990);
    expect(limit.waitMs('b', 10)).toBe(0);
    expect(limit.waitMs('a', 60_000)).toBe(0);
    limit.failed('a', 60_000);
    expect(limit.waitMs('a', 60_000)).toBe(1);
    limit.succeeded('a');
    expect(limit.waitMs('a', 60_000)).toBe(0);
  });

  test('takes all addresses of an IPv6 network for one, and IPv4 as it is however it is written', () => {
    expect(sourceOf('2001:db8:1:2:3:4:5:6')).toBe(sourceOf('2001:0db8:1:2::ffff'));
    expect(sourceOf('2001:db8:1:2::1')).not.toBe(sourceOf('2001:db8:1:3::1'));
    expect(sourceOf('::ffff:10.0.0.1')).toBe('10.0.0.1');
    expect(sourceOf('10.0.0.1')).toBe('10.0.0.1');
    expect([sourceOf('::1'), sourceOf('fe80::1%eth0')]).toEqual(['0:0:0:0::/64', 'fe80:0:0:0::/64']);
    const limit = new SignInLimit();
    for (let at = 0; at < 10; at += 1) limit.failed(`2001:db8::${at}`, 0);
    expect(limit.waitMs('2001:db8::ffff', 0)).toBe(60_000);
  });

  test('holds everybody when failures come from everywhere', () => {
    const limit = new SignInLimit();
    for (let at = 0; at < 200; at += 1) limit.failed(`address ${at}`, 1000);
    expect(limit.waitMs('new', 1000)).toBe(60_000);
  });
});

test.each([
  ['http://n1:6100', 'n1:6100', [], true],
  ['https://N1:6100', 'n1:6100', [], true],
  ['http://n1:6200', 'n1:6100', [], false],
  ['http://n1:6100.evil.example', 'n1:6100', [], false],
  ['http://evil.example/n1:6100', 'n1:6100', [], false],
  ['null', 'n1:6100', [], false],
  [undefined, 'n1:6100', [], false],
  ['https://console.example', 'n1:6100', ['https://console.example'], true],
  ['http://console.example', 'n1:6100', ['https://console.example'], false],
])('says of the origin %s at %s, allowed %j: %s', (origin, host, allowed, own) => {
  expect(isOwnOrigin({ origin, host, allowed })).toBe(own);
});

test('writes down the use of a key once in ten minutes', () => {
  let nowMs = 0;
  const uses = new KeyUses(() => nowMs);
  uses.record('a');
  uses.record('a');
  expect(uses.due()).toEqual([{ id: 'a', atMs: 0 }]);
  nowMs = 60_000;
  uses.record('a');
  uses.record('b');
  expect(uses.due()).toEqual([{ id: 'b', atMs: 60_000 }]);
  nowMs = 600_000;
  expect(uses.due()).toEqual([{ id: 'a', atMs: 60_000 }]);
  expect(uses.due()).toEqual([]);
});

test('makes secrets that scanners know, and compares their hashes', () => {
  const secret = mintSecret(chance);
  expect(secret).toMatch(/^confman_[\w-]{43}$/);
  expect(hashSecret('confman_a')).toBe('f81157cc38d8558c5223cee3183f24087a9dadc8322d0de6b9c1d4416b4929ef');
  expect(sameHash(hashSecret(secret), hashSecret(secret))).toBe(true);
  expect(sameHash(hashSecret(secret), hashSecret('x'))).toBe(false);
  expect(sameHash('', '')).toBe(false);
});

test('ranks roles, and covers by whole segments', () => {
  expect([
    hasRight('viewer', 'read'),
    hasRight('viewer', 'write'),
    hasRight('editor', 'write'),
    hasRight('editor', 'admin'),
    hasRight('admin', 'admin'),
  ]).toEqual([true, false, true, false, true]);
  expect([covers(null, 'x'), covers(['a'], 'a/b'), covers(['a'], 'ab'), covers([], 'a')]).toEqual([true, true, false, false]);
});
