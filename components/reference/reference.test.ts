import { describe, expect, test } from 'vitest';
import type { Operation } from './openapi.ts';
import { findOperations, readDocument } from './openapi.ts';
import type { RequestDraft } from './request.ts';
import { curlOf, prepare, readable, requestOf } from './request.ts';
import { exampleOf, schemaRows, typeText } from './schema-rows.ts';

const document = readDocument({
  info: { version: '1.2.3' },
  paths: {
    '/api/v1/namespaces/{namespace}/config/{key}': {
      put: {
        operationId: 'putEntry',
        summary: 'Creates or changes an entry',
        'x-confman-right': 'write',
        parameters: [
          { name: 'namespace', in: 'path', required: true, schema: { type: 'string' } },
          { name: 'key', in: 'path', required: true, schema: { type: 'string' } },
          { name: 'dryRun', in: 'query', required: false, schema: { type: 'string', enum: ['true', 'false'] } },
          { name: 'If-Match', in: 'header', required: false, description: 'The version', schema: { type: 'string' } },
        ],
        requestBody: { content: { 'application/json': { schema: { $ref: '#/components/schemas/Put' } } } },
        responses: {
          200: { description: 'Changed', content: { 'application/json': { schema: { $ref: '#/components/schemas/Tree' } } } },
          default: { description: 'A problem' },
        },
      },
    },
    '/api/v1/watch': { get: { operationId: 'watch', responses: { 200: { description: 'Events', content: { 'text/event-stream': {} } } } } },
    '/health': { get: { operationId: 'health', 'x-confman-right': 'open' } },
  },
  components: {
    schemas: {
      Kind: { type: 'string', enum: ['text', 'json'], description: 'What it is' },
      Put: {
        type: 'object',
        properties: {
          value: { type: 'string', maxLength: 9 },
          type: { $ref: '#/components/schemas/Kind' },
          n: { type: 'integer', minimum: 1, maximum: 9007199254740991 },
        },
        required: ['value', 'type'],
      },
      Tree: {
        type: 'object',
        properties: {
          children: { type: 'array', items: { $ref: '#/components/schemas/Tree' } },
          size: { anyOf: [{ type: 'integer' }, { type: 'null' }] },
          first: { anyOf: [{ $ref: '#/components/schemas/Put' }, { type: 'null' }] },
        },
        required: ['children'],
      },
    },
  },
});
const put = document.operations[0] as Operation;
const { schemas } = document;

describe('a document', () => {
  test('becomes operations by what people look for', () => {
    expect(document.operations.map(({ id, method, group, right }) => [id, method, group, right])).toEqual([
      ['putEntry', 'PUT', 'entries', 'write'],
      ['watch', 'GET', 'streams', 'read'],
      ['health', 'GET', 'node', 'open'],
    ]);
    expect(put.answers.map(({ status, media }) => [status, media])).toEqual([['200', ['application/json']]]);
    expect(findOperations(document.operations, 'ENTRY').map(({ id }) => id)).toEqual(['putEntry']);
    expect(findOperations(document.operations, 'health').map(({ id }) => id)).toEqual(['health']);
  });
});

describe('a schema', () => {
  test('is told field by field, with bounds, and once where it contains itself', () => {
    expect(schemaRows({ $ref: '#/components/schemas/Put' }, schemas)).toEqual([
      { path: 'value', depth: 0, name: 'value', type: 'string', required: true, meaning: 'at most 9 characters' },
      { path: 'type', depth: 0, name: 'type', type: '"text" | "json"', required: true, meaning: 'What it is' },
      { path: 'n', depth: 0, name: 'n', type: 'integer', required: false, meaning: 'at least 1' },
    ]);
    expect(schemaRows({ $ref: '#/components/schemas/Tree' }, schemas).map(({ path, type }) => [path, type])).toEqual([
      ['children', 'Tree[]'],
      ['size', 'integer or null'],
      ['first', 'Put or null'],
      ['first.value', 'string'],
      ['first.type', '"text" | "json"'],
      ['first.n', 'integer'],
    ]);
    expect(typeText({ type: 'array', items: { $ref: '#/components/schemas/Kind' } }, schemas)).toBe('("text" | "json")[]');
  });

  test('has an example with what must be there', () => {
    expect(exampleOf({ $ref: '#/components/schemas/Put' }, schemas)).toEqual({ value: '', type: 'text' });
    expect(exampleOf({ type: 'string', examples: ['teams/payments'] }, schemas)).toBe('teams/payments');
    expect(JSON.stringify(exampleOf({ $ref: '#/components/schemas/Tree' }, schemas)).length).toBeLessThan(500);
  });
});

describe('a request', () => {
  const draft: RequestDraft = {
    values: { 'path:namespace': 'teams/pay', 'path:key': "it's 100%", 'query:dryRun': 'true', 'header:If-Match': '"2:7"' },
    body: '{ "value": "it\'s" }',
  };

  test('has each name as one segment', () => {
    expect(requestOf(put, draft)).toEqual({
      method: 'PUT',
      url: "/api/v1/namespaces/teams%2Fpay/config/it's%20100%25?dryRun=true",
      headers: { 'If-Match': '"2:7"', 'Content-Type': 'application/json' },
      body: '{ "value": "it\'s" }',
    });
  });

  test('is not ready without what it needs', () => {
    expect(prepare(put, draft).kind).toBe('ready');
    expect(prepare(put, { ...draft, values: { 'path:namespace': 'a' } })).toEqual({ kind: 'missing', name: 'key' });
    expect(prepare(put, { ...draft, body: '{' })).toEqual({ kind: 'bad-body' });
  });

  test('is told to a shell with a variable in place of a key, and quoted', () => {
    expect(curlOf(requestOf(put, draft), 'http://n1:6100', true)).toBe(
      [
        String.raw`curl -i -X PUT 'http://n1:6100/api/v1/namespaces/teams%2Fpay/config/it'\''s%20100%25?dryRun=true' \ `.trimEnd(),
        String.raw`  -H "X-Api-Key: $CONFMAN_KEY" \ `.trimEnd(),
        String.raw`  -H 'If-Match: "2:7"' \ `.trimEnd(),
        String.raw`  -H 'Content-Type: application/json' \ `.trimEnd(),
        String.raw`  --data-raw '{"value":"it'\''s"}'`,
      ].join('\n'),
    );
    expect(curlOf({ method: 'GET', url: '/health', headers: {}, body: null }, 'http://n1', false)).toBe("curl -i 'http://n1/health'");
  });

  test('has an answer that is laid out where it is JSON', () => {
    expect(readable('{"a":1}', 'application/problem+json; charset=utf-8')).toBe('{\n  "a": 1\n}');
    expect(readable('{"a":', 'application/json')).toBe('{"a":');
    expect(readable('data: {}', 'text/event-stream')).toBe('data: {}');
  });
});
