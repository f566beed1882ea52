/** Who may ask what, over every route that there is: what is not declared open is closed. */
import { describe, expect, test } from 'vitest';
import { hasRight } from '../../auth/principal.ts';
import { fresh } from '../testing/suite-api.ts';
import type { SuiteApi } from '../testing/suite-api.ts';
import type { AnyRoute } from '../route.ts';
import { routeTable } from '../routes/table.ts';

const PARAMETERS: Readonly<Record<string, string>> = { namespace: 'a', key: 'k', group: 'default', id: 'nobody' };
/** Without the faults of a laboratory: they would be injected. */
const ROUTES = routeTable(false);
const OPEN = ROUTES.filter(({ right }) => right === 'open').map(({ id }) => id);
const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];

function pathOf(route: AnyRoute): string {
  return route.path.replaceAll(/:([a-z]+)/g, (_, name: string) => PARAMETERS[name] ?? 'x');
}

export function rightsSuite(api: SuiteApi): void {
  describe('rights over all routes', () => {
    test('open nothing that is not said to be open, whatever the method', async () => {
      expect(OPEN.toSorted()).toEqual(['health', 'join', 'readiness', 'signIn', 'signOut']);
      const closed: string[] = [];
      const answered: string[] = [];
      for (const path of new Set(ROUTES.map(pathOf))) {
        const open = ROUTES.filter((route) => pathOf(route) === path && route.right === 'open').map(({ method }): string => method);
        for (const method of METHODS) {
          if (open.includes(method) || (open.includes('GET') && method === 'HEAD') || !path.startsWith('/api/')) continue;
          const { status, text } = await api.send(method, path, { key: null });
          (status === 401 && !text.includes('items') ? closed : answered).push(`${method} ${path} ${status}`);
        }
      }
      expect(answered).toEqual([]);
      expect(closed.length).toBeGreaterThan(ROUTES.length);
      expect((await api.get('/metrics', { key: null })).status).toBe(401);
    });

    test('open nothing by another spelling of a path', async () => {
      for (const path of [
        '/api',
        '/api/',
        '/api/v1',
        '/api/v1/',
        '/api/v1/keys/',
        '/api/v1/keys%2F',
        '/api/v1/keys;x=1',
        '/api/v1/%6Beys',
        '/api/v1/keys%00',
        '/API/v1/keys',
        '/api/v1/../v1/keys',
        '/api/v1/session/../keys',
        '/api/v1/namespaces/..%2F..%2Fkeys/config',
      ]) {
        const answer = await api.get(path, { key: null });
        expect([path, answer.text.includes('"items"')]).toEqual([path, false]);
        expect([path, answer.status === 200 && answer.headers.get('content-type')?.includes('json')]).toEqual([path, false]);
      }
    });

    test('end where the role ends', async () => {
      const wrong: string[] = [];
      for (const role of ['viewer', 'editor'] as const) {
        const made = await api.post('/api/v1/keys', { name: fresh(role), role });
        const request = { key: String(made.json['secret']), headers: { 'x-confman-min-version': made.token } };
        for (const route of ROUTES) {
          if (hasRight(role, route.right)) continue;
          const { status, json } = await api.send(route.method, pathOf(route), request);
          if (status !== 403 || json['code'] !== 'forbidden') wrong.push(`${role} ${route.id} ${status}`);
        }
      }
      expect(wrong).toEqual([]);
    });
  });
}
