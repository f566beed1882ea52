import { describe, expect, test } from 'vitest';
import type { z } from 'zod';
import { HISTORY_PROBLEMS } from '../problem-types.ts';
import { PROBLEMS, PROBLEM_CODES, problemType } from '../problems.ts';
import { BatchRequest, PutEntryRequest } from './entries.ts';
import { AuditQuery, Limit } from './queries.ts';

const issuesOf = (schema: z.ZodType, input: unknown): readonly string[] => {
  const parsed = schema.safeParse(input);
  return parsed.success ? [] : parsed.error.issues.map((issue) => `${issue.path.join('/')}: ${issue.message}`);
};

const operations = (count: number): unknown => ({
  operations: Array.from({ length: count }, (_, at) => ({ op: 'delete', key: `k${at}` })),
});

describe('requests', () => {
  test('refuse unknown fields, wrong types and half a surrogate pair', () => {
    expect(issuesOf(PutEntryRequest, { value: 'a' })).toEqual([]);
    expect(issuesOf(PutEntryRequest, { value: 'a', extra: 1 })).toHaveLength(1);
    expect(issuesOf(PutEntryRequest, { value: 7 })[0]).toMatch(/^value: .*string/);
    expect(issuesOf(PutEntryRequest, { value: '\ud800' })[0]).toMatch(/half a surrogate pair/);
    expect(issuesOf(PutEntryRequest, {})[0]).toMatch(/^value: /);
  });

  test('bound a batch', () => {
    expect(issuesOf(BatchRequest, operations(128))).toEqual([]);
    expect(issuesOf(BatchRequest, operations(129))[0]).toMatch(/at most 128/);
    expect(issuesOf(BatchRequest, operations(0))[0]).toMatch(/at least one/);
  });

  test('say which name is outside the rules', () => {
    expect(issuesOf(BatchRequest, { operations: [{ op: 'delete', key: '../x' }] })[0]).toMatch(
      /^operations\/0\/key: a key may not have the segment/,
    );
  });

  test('take limits from 1 to 1000 only', () => {
    for (const good of ['1', '100', '1000']) expect(Limit.safeParse(good).success).toBe(true);
    for (const bad of ['0', '1001', '-1', '1.5', '1e2', '', ' 1', '01', 'all']) expect(Limit.safeParse(bad).success).toBe(false);
  });

  test('refuse what is no time', () => {
    expect(AuditQuery.safeParse({ from: '2026-03-01T12:00:00Z' }).success).toBe(true);
    expect(AuditQuery.safeParse({ from: 'yesterday' }).success).toBe(false);
    expect(AuditQuery.safeParse({ fron: '2026-03-01T12:00:00Z' }).success).toBe(false);
  });
});

describe('problems', () => {
  test('have a status of their class, a title and a type that ends in the code', () => {
    for (const code of PROBLEM_CODES) {
      expect(problemType(code).endsWith(code)).toBe(true);
      expect(PROBLEMS[code].status).toBeGreaterThanOrEqual(400);
      expect(PROBLEMS[code].title.length).toBeGreaterThan(5);
      if (PROBLEMS[code].status === 503) expect(PROBLEMS[code].retryable).toBe(true);
    }
  });

  test('of a foreign history are all 409', () => {
    for (const code of HISTORY_PROBLEMS) expect(PROBLEMS[code].status).toBe(409);
  });
});
