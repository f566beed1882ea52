import { expect, test } from 'vitest';
import { Board, type BoardRow } from './board.ts';

const row: BoardRow = {
  term: 7,
  commitIndex: 2 ** 40,
  appliedIndex: 41,
  role: 'learner',
  condition: 'quarantined',
  leader: 2,
  contactAtMs: 123,
  generation: 9,
  level: 3,
};

test('shows in another thread what the consensus thread has written', () => {
  const writer = new Board();
  const reader = new Board(writer.buffer);
  writer.write(3, row);
  expect(reader.read(3)).toEqual(row);
  writer.write(3, { ...row, leader: null, contactAtMs: null });
  expect(reader.read(3)).toEqual({ ...row, leader: null, contactAtMs: null });
  expect(reader.read(2).appliedIndex).toBe(0);
});

test('wakes a client once when what it wants is applied, and nobody else', () => {
  const board = new Board();
  board.want(0, 1, 42);
  board.want(0, 2, 43);
  board.write(0, row);
  expect(board.takeWakes(0)).toEqual([]);
  board.write(0, { ...row, appliedIndex: 42 });
  expect(board.takeWakes(0)).toEqual([1]);
  expect(board.takeWakes(0)).toEqual([]);
  board.want(0, 2, null);
  board.write(0, { ...row, appliedIndex: 50 });
  expect(board.takeWakes(0)).toEqual([]);
});

test('wakes a client that asks for what is applied already', () => {
  const board = new Board();
  board.write(0, row);
  board.want(0, 0, 41);
  expect(board.takeWakes(0)).toEqual([0]);
});
