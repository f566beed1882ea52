import { describe, expect, test } from 'vitest';
import { encodeName, entryPath, isKey, isNamespace, isWithin, keyFault, labelFault, namespaceFault, textFault } from './names.ts';

describe('namespaceFault', () => {
  test.each(['a', 'teams/payments/prod', 'A.b-c_d', '0', 'a/b/c/d/e/f/g/h', 'x'.repeat(63)])('takes %s', (name) => {
    expect(namespaceFault(name)).toBeNull();
  });

  test.each([
    ['', /empty/],
    ['/a', /empty segment/],
    ['a/', /empty segment/],
    ['a//b', /empty segment/],
    ['.', /starts with/],
    ['a/..', /starts with/],
    ['-a', /starts with/],
    ['a b', /not " "/],
    ['a/ü', /starts with/],
    ['aü', /not "ü"/],
    ['x'.repeat(64), /at most 63/],
    ['a/b/c/d/e/f/g/h/i', /at most 8 segments/],
    ['a\n', /not/],
    ['a%2Fb', /not "%"/],
  ])('refuses %j with the rule', (name, rule) => {
    expect(namespaceFault(name)).toMatch(rule);
    expect(isNamespace(name)).toBe(false);
  });
});

describe('keyFault', () => {
  test.each([
    'a',
    'db/url',
    'app.yaml',
    '.env',
    'a b',
    'größe',
    '日本語/キー',
    '😀',
    'a%2Fb',
    'a?b#c',
    "it's",
    '...',
    'a/.../b',
    'x'.repeat(256),
    '😀'.repeat(256),
    'ä'.normalize('NFC'),
  ])('takes %j', (name) => {
    expect(keyFault(name)).toBeNull();
  });

  test.each([
    ['', /empty/],
    [' a', /space/],
    ['a ', /space/],
    ['/a', /"\/"/],
    ['a/', /"\/"/],
    ['a//b', /"\/\/"/],
    ['.', /segment/],
    ['..', /segment/],
    ['a/../b', /segment "\.\."/],
    ['a/.', /segment "\."/],
    ['a\u0000', /U\+0000 at position 2/],
    ['a\tb', /U\+0009/],
    ['a\u007f', /U\+007F/],
    ['a\u0085b', /U\+0085/],
    ['a\u200bb', /U\+200B/],
    ['a\u202eb', /U\+202E/],
    ['a\u00a0b', /U\+00A0/],
    ['a\u2028b', /U\+2028/],
    ['a\ufeff', /U\+FEFF/],
    ['a\ufffe', /U\+FFFE/],
    ['a\ud800', /U\+D800/],
    ['\ue000', /U\+E000/],
    ['ä'.normalize('NFD'), /NFC/],
    ['x'.repeat(257), /at most 256 characters, this one has 257/],
    ['😀'.repeat(257), /at most 256 characters, this one has 257/],
    ['x'.repeat(100_000), /at most 256/],
  ])('refuses %j with the rule', (name, rule) => {
    expect(keyFault(name)).toMatch(rule);
    expect(isKey(name)).toBe(false);
  });
});

test('keeps a name in one segment of a path', () => {
  expect(encodeName('db/url')).toBe('db%2Furl');
  expect(entryPath('teams/payments', 'db/url 100%')).toBe('/api/v1/namespaces/teams%2Fpayments/config/db%2Furl%20100%25');
});

test('limits by whole segments', () => {
  expect(isWithin('teams/payments', 'teams/payments')).toBe(true);
  expect(isWithin('teams/payments/prod', 'teams/payments')).toBe(true);
  expect(isWithin('teams/payments-eu', 'teams/payments')).toBe(false);
  expect(isWithin('teams', 'teams/payments')).toBe(false);
});

test('judges labels and longer text', () => {
  expect(labelFault('ci deploy', 10)).toBeNull();
  expect(labelFault('a\nb', 10)).toMatch(/U\+000A/);
  expect(labelFault('😀'.repeat(11), 10)).toMatch(/at most 10/);
  expect(textFault('one\r\ntwo\tthree\n', 100)).toBeNull();
  expect(textFault('bell \u0007', 100)).toMatch(/U\+0007/);
});
