import { expect, test } from 'vitest';
import { snippetOf } from './snippet.ts';

test('shows the first place with its line', () => {
  expect(snippetOf('a: 1\n  host: DB.example\n', 'db.')).toEqual({ line: 2, before: 'host: ', found: 'DB.', after: 'example' });
});

test('cuts long lines around the place', () => {
  const { before, after } = snippetOf(`${'x'.repeat(100)}needle${'y'.repeat(200)}`, 'needle');
  expect(before).toBe(`…${'x'.repeat(40)}`);
  expect(after).toBe('y'.repeat(80));
});

test('shows the start where the text is elsewhere, in the key say', () => {
  expect(snippetOf('\n\nfirst\nsecond', 'key')).toEqual({ line: null, before: 'first', found: '', after: '' });
});
