/** The backup of a cluster: one file, whole, of a state that holds everything that was acknowledged before. */
import { describe, expect, test } from 'vitest';
import { entryPath } from '../../../lib/contract/names.ts';
import { type BackupHeader, BackupReader } from '../../backup/format.ts';
import { SqliteStateMachine } from '../../state/sqlite-state-machine.ts';
import { expectProblem, fresh } from '../testing/suite-api.ts';
import type { SuiteApi, SuiteTarget } from '../testing/suite-api.ts';

interface Fetched {
  readonly response: Response;
  readonly header: BackupHeader;
  /** The state database of the first group. */
  readonly state: Buffer;
}

export function backupSuite(api: SuiteApi, target: SuiteTarget): void {
  async function backup(headers: Readonly<Record<string, string>> = {}): Promise<Fetched> {
    const response = await fetch(`${target.baseUrl()}/api/v1/backup`, {
      method: 'POST',
      headers: { authorization: `Bearer ${target.adminKey()}`, ...headers },
    });
    expect([response.status, response.headers.get('content-type')]).toEqual([200, 'application/octet-stream']);
    const pieces: Uint8Array[] = [];
    const reader = new BackupReader({ state: (_group, bytes) => void pieces.push(bytes.slice()) });
    for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) reader.write(chunk);
    return { response, header: reader.end(), state: Buffer.concat(pieces) };
  }

  describe('backup', () => {
    test('is one whole file of a state with everything acknowledged before, and says its version', async () => {
      const [namespace, value] = [fresh('backup'), fresh('value')];
      const put = await api.put(entryPath(namespace, 'a'), { value });
      const { response, header, state } = await backup();
      const [group] = header.groups;
      expect(header.groups.map((one) => one.group)).toEqual(['default']);
      expect(group?.index).toBeGreaterThanOrEqual(Number(put.version.split(':')[1]));
      expect([response.headers.get('x-confman-version'), response.headers.get('x-confman-consistency')]).toEqual([
        `${group?.term}:${group?.index}`,
        'linearizable',
      ]);
      expect(response.headers.get('x-confman-token')).toBe(`${header.clusterId}.${header.lineageId}/${group?.term}:${group?.index}`);
      expect(response.headers.get('content-disposition')).toMatch(/^attachment; filename="[^"]+\.confman-backup"$/);
      expect(response.headers.get('cache-control')).toBe('private, no-store, no-transform');

      const machine = SqliteStateMachine.open(state);
      try {
        expect(machine.hash()).toBe(group?.stateHash);
        expect(machine.reader().read({ type: 'entry', namespace, key: 'a' }).data?.value).toBe(value);
      } finally {
        machine.close();
      }
    });

    test('takes what a node has when told so, and obeys versions', async () => {
      const { token } = await api.put(entryPath(fresh('backup'), 'a'), { value: 'v' });
      const { response } = await backup({ 'x-confman-consistency': 'eventual' });
      expect(response.headers.get('x-confman-consistency')).toBe('eventual');
      const history = token.slice(0, token.indexOf('/'));
      expectProblem(
        await api.post('/api/v1/backup', undefined, { headers: { 'x-confman-min-version': `${history}/1:999999999` } }),
        'version-from-the-future',
      );
    });

    test('can be made again and again', async () => {
      for (let count = 0; count < 2; count += 1)
        expect((await backup({ 'x-confman-consistency': 'eventual' })).header.groups).toHaveLength(1);
    });

    test('is for administrators of everything only', async () => {
      for (const { secret } of [await api.key('viewer'), await api.key('editor'), await api.key('admin', ['backup'])])
        expectProblem(await api.post('/api/v1/backup', undefined, { key: secret }), 'forbidden');
      expectProblem(await api.post('/api/v1/backup', undefined, { key: null }), 'unauthenticated');
      expectProblem(await api.get('/api/v1/backup'), 'method-not-allowed');
    });
  });
}
