import { describe, expect, test } from 'vitest';
import { ALL_AUDIT, Harness, START_MS } from '../testing/harness.ts';
import { timeText } from '../time-text.ts';
import type { CommandBody } from '../types.ts';

type CreateKey = Extract<CommandBody, { type: 'create-key' }>;

function createKey(id: string, more: Partial<CreateKey> = {}): CreateKey {
  return { type: 'create-key', id, name: `key ${id}`, role: 'admin', scope: null, expiresAtMs: null, secretHash: `hash-${id}`, ...more };
}

function revoke(id: string): CommandBody {
  return { type: 'revoke-key', id };
}

describe('create-key', () => {
  test('stores name, role, scope and hash, and answers without the hash', () => {
    const h = new Harness();
    const { result } = h.run(createKey('k2', { role: 'editor', scope: ['teams/a'], expiresAtMs: START_MS + 1000 }));
    const key = {
      id: 'k2',
      name: 'key k2',
      role: 'editor',
      scope: ['teams/a'],
      createdAt: timeText(START_MS + 1),
      createdBy: 'ann',
      expiresAt: timeText(START_MS + 1000),
      lastUsedAt: null,
      revokedAt: null,
    };
    expect(result).toEqual({ kind: 'key', key });
    expect(h.ask('keyBySecretHash', { secretHash: 'hash-k2' })).toEqual({ ...key, secretHash: 'hash-k2' });
    expect(h.ask('keyById', { id: 'k2' })).toEqual({ ...key, secretHash: 'hash-k2' });
    expect(h.ask('keyById', { id: 'other' })).toBeNull();
    expect(h.ask('audit', ALL_AUDIT).rows[0]).toMatchObject({ action: 'key.created', message: 'key k2 (editor, teams/a)' });
  });

  test('is refused for an id or a secret that is taken', () => {
    const h = new Harness();
    h.run(createKey('k2'));
    expect(h.outcome(createKey('k2', { secretHash: 'another' }))).toBe('key-exists');
    expect(h.outcome(createKey('k3', { secretHash: 'hash-k2' }))).toBe('key-exists');
    expect(h.outcome(createKey('k3', { name: 'key k2' }))).toBe('key');
  });
});

describe('revoke-key', () => {
  test('marks the key once and for all', () => {
    const h = new Harness();
    h.run(createKey('k1'));
    h.run(createKey('k2'));
    expect(h.run(revoke('k2')).result).toMatchObject({ kind: 'key', key: { id: 'k2', revokedAt: timeText(START_MS + 3) } });
    expect(h.run(revoke('k2')).result).toMatchObject({ kind: 'key', key: { revokedAt: timeText(START_MS + 3) } });
    expect(h.auditActions()).toEqual(['key.created', 'key.created', 'key.revoked']);
    expect(h.outcome(revoke('k9'))).toBe('key-not-found');
  });

  test('never takes the last key that can administer everything', () => {
    const h = new Harness();
    h.run(createKey('k1'));
    h.run(createKey('editor', { role: 'editor' }));
    h.run(createKey('scoped', { scope: ['teams'] }));
    h.run(createKey('expired', { expiresAtMs: START_MS + 4 }));
    expect(h.outcome(revoke('k1'))).toBe('last-admin-key');
    h.run(createKey('k2'));
    expect(h.outcome(revoke('k1'))).toBe('key');
    expect(h.outcome(revoke('k2'))).toBe('last-admin-key');
    // None of these could administer anyway.
    for (const id of ['editor', 'scoped', 'expired']) expect(h.outcome(revoke(id))).toBe('key');
  });
});

describe('revoke-key, when no key can administer everything any more', () => {
  test('revokes what could not either', () => {
    const h = new Harness();
    h.run(createKey('k1', { expiresAtMs: START_MS + 3 }));
    h.run(createKey('scoped', { scope: ['teams'] }));
    h.log.ms += 100;
    expect(h.outcome(revoke('scoped'))).toBe('key');
  });
});

describe('touch-keys', () => {
  test('moves the last use forward only, passes over unknown keys, and is no event', () => {
    const h = new Harness();
    h.run(createKey('k1'));
    const events = h.auditActions().length;
    const touch = (atMs: number): CommandBody => ({
      type: 'touch-keys',
      uses: [
        { id: 'k1', atMs },
        { id: 'gone', atMs },
      ],
    });
    h.run(touch(5000));
    h.run(touch(4000));
    expect(h.ask('keyById', { id: 'k1' })?.lastUsedAt).toBe(timeText(5000));
    expect(h.auditActions().length).toBe(events);
  });
});

describe('seed', () => {
  test('makes the first admin key of a cluster, and nothing where any key is', () => {
    const h = new Harness();
    const seed = (keyId: string): CommandBody => ({ type: 'seed', keyId, name: 'first', secretHash: `hash-${keyId}` });
    expect(h.run(seed('k1')).result).toEqual({ kind: 'done' });
    expect(h.run(seed('k2')).result).toEqual({ kind: 'done' });
    expect(h.ask('keys', { rowsMax: 10, after: null }).rows).toMatchObject([
      { id: 'k1', role: 'admin', scope: null, secretHash: 'hash-k1' },
    ]);
    expect(h.auditActions()).toEqual(['cluster.formed', 'key.created']);
  });
});

describe('listing keys', () => {
  test('pages in order of id', () => {
    const h = new Harness();
    for (const id of ['c', 'a', 'b']) h.run(createKey(id));
    const first = h.ask('keys', { rowsMax: 2, after: null });
    expect([first.rows.map((row) => row.id), first.more]).toEqual([['a', 'b'], true]);
    const second = h.ask('keys', { rowsMax: 2, after: 'b' });
    expect([second.rows.map((row) => row.id), second.more]).toEqual([['c'], false]);
  });
});
