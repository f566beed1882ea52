import { describe, expect, test } from 'vitest';
import type { Base, Draft } from './draft.ts';
import { draftReducer, isDirty, newDraft } from './draft.ts';

const base: Base = { version: '5:41', value: 'old', type: 'text' };
const theirs: Base = { version: '5:42', value: 'theirs', type: 'text' };
const typed = (value: string, from: Draft = newDraft(base)): Draft => draftReducer(from, { type: 'typed', value });

describe('a draft', () => {
  test('follows what is read while nothing was typed', () => {
    expect(draftReducer(newDraft(base), { type: 'read', base: theirs })).toEqual(newDraft(theirs));
  });

  test('keeps what was typed when somebody saved in between, and says so', () => {
    const draft = draftReducer(typed('mine'), { type: 'read', base: theirs });
    expect(draft).toEqual({ base, value: 'mine', type: 'text', newer: theirs });
  });

  test('is not told of its own base as news', () => {
    expect(draftReducer(typed('mine'), { type: 'read', base }).newer).toBeNull();
  });

  test('keeps what was typed while a save was under way', () => {
    const draft = draftReducer(typed('mine and more'), { type: 'saved', version: '5:42', value: 'mine', entryType: 'text' });
    expect(draft).toMatchObject({ base: { version: '5:42', value: 'mine' }, value: 'mine and more' });
    expect(isDirty(draft)).toBe(true);
  });

  test('is clean once it is saved', () => {
    expect(isDirty(draftReducer(typed('mine'), { type: 'saved', version: '5:42', value: 'mine', entryType: 'text' }))).toBe(false);
  });

  test('goes on top of theirs when its owner says so', () => {
    const draft = draftReducer(draftReducer(typed('mine'), { type: 'read', base: theirs }), { type: 'rebased', onto: theirs });
    expect(draft).toEqual({ base: theirs, value: 'mine', type: 'text', newer: null });
    expect(draftReducer(typed('mine'), { type: 'rebased', onto: null })).toMatchObject({ base: null, value: 'mine' });
  });

  test('shows the newest when it is discarded', () => {
    expect(draftReducer(draftReducer(typed('mine'), { type: 'read', base: theirs }), { type: 'discarded' })).toEqual(newDraft(theirs));
  });

  test('comes back from before, on its old base, with what is newer beside it', () => {
    const stored = typed('mine');
    expect(draftReducer(newDraft(theirs), { type: 'restored', draft: stored })).toEqual({ ...stored, newer: theirs });
    expect(draftReducer(newDraft(base), { type: 'restored', draft: stored }).newer).toBeNull();
  });

  test('is dirty by its type alone', () => {
    expect(isDirty(draftReducer(newDraft(base), { type: 'type-chosen', entryType: 'yaml' }))).toBe(true);
  });
});
