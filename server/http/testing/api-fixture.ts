/** An API over a test cluster that is closed after each test, and a way to ask it. */
import type { FastifyInstance, LightMyRequestResponse } from 'fastify';
import { afterEach } from 'vitest';
import { TEST_ADMIN_SECRET } from '../../engine/testing/test-cluster.ts';
import { startTestApis } from './test-api.ts';
import type { TestApiOptions, TestApis } from './test-api.ts';

export const ENTRY = '/api/v1/namespaces/a/config/k';

type Start = (options?: TestApiOptions) => { readonly app: FastifyInstance; readonly apis: TestApis };

/** Call it at the top of a test file. */
export function apiFixture(): Start {
  let apis: TestApis | null = null;
  afterEach(async () => {
    await apis?.close();
    apis = null;
  });
  return (options = {}) => {
    apis = startTestApis(options);
    return { app: apis.apps[0]!, apis };
  };
}

/** Asks as the first admin. */
export async function ask(
  app: FastifyInstance,
  method: 'GET' | 'PUT' | 'POST' | 'DELETE',
  url: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<LightMyRequestResponse> {
  const authorization = `Bearer ${TEST_ADMIN_SECRET}`;
  const payload = body === undefined ? {} : { payload: JSON.stringify(body) };
  return app.inject({
    method,
    url,
    headers: { authorization, ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
    ...payload,
  });
}

export function codeOf(answer: LightMyRequestResponse): unknown {
  return answer.json<Record<string, unknown>>()['code'];
}
