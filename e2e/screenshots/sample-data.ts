import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { ConfmanClient } from '../../lib/client/create-client.ts';
import { isKey, isNamespace } from '../../lib/contract/names.ts';
import type { EntryType } from '../../lib/contract/model.ts';
import { until } from '../cluster/until.ts';

/** What the pictures are about. */
export const FEATURED = { namespace: 'payments/checkout/prod', key: 'limits', deletedFrom: 'payments/checkout/prod' } as const;

type Sample = readonly [namespace: string, key: string, value: string, type: EntryType, message: string];

const limits = (perMinute: number, burst: number, regions: readonly string[]): string =>
  `${JSON.stringify({ perMinute, burst, regions }, null, 2).replaceAll(/\[\s+([^\]]*?)\s+\]/g, (_, inside: string) => `[${inside.replaceAll(/\s+/g, ' ')}]`)}\n`;

/** A small shop: enough for every page to have something to show. In this order, so that histories and the audit tell a story. */
const SAMPLES: readonly Sample[] = [
  [FEATURED.namespace, 'limits', limits(120, 20, ['eu-west']), 'json', 'First limits, before the launch'],
  [FEATURED.namespace, 'db/url', 'postgres://checkout@db-1.internal:5432/checkout', 'text', ''],
  [FEATURED.namespace, 'db/pool', '20', 'number', ''],
  [FEATURED.namespace, 'features/express', 'false', 'boolean', 'Off until the audit is through'],
  [FEATURED.namespace, 'routing', 'eu:\n  primary: eu-west\n  fallback: eu-central\nus:\n  primary: us-east\n', 'yaml', ''],
  ['payments/checkout/staging', 'limits', limits(60, 10, ['eu-west']), 'json', ''],
  ['payments/checkout/staging', 'features/express', 'true', 'boolean', ''],
  ['payments/ledger/prod', 'retention-days', '400', 'number', 'As the auditors ask'],
  ['payments/ledger/prod', 'export/schedule', '0 3 * * *', 'text', ''],
  ['search/prod', 'index/shards', '12', 'number', ''],
  ['search/prod', 'ranking', '{"freshness": 0.3, "price": 0.1}\n', 'json', ''],
  ['web/prod', 'banner', 'Orders placed today are delivered on Monday.', 'text', ''],
  ['web/prod', 'cdn/origins', '- https://a.example.com\n- https://b.example.com\n', 'yaml', ''],
  [FEATURED.namespace, 'limits', limits(300, 20, ['eu-west']), 'json', 'Raised for the spring sale'],
  [FEATURED.namespace, 'limits', limits(300, 40, ['eu-west', 'us-east']), 'json', 'Launch in the US'],
  [FEATURED.namespace, 'features/express', 'true', 'boolean', 'Audit passed'],
  [FEATURED.namespace, 'legacy/endpoint', 'https://old.example.com/pay', 'text', ''],
  [FEATURED.namespace, 'legacy/timeout-ms', '8000', 'number', ''],
  [FEATURED.namespace, 'db/pool', '40', 'number', 'Pool was exhausted on Monday'],
  [FEATURED.namespace, 'limits', limits(600, 40, ['eu-west', 'us-east']), 'json', 'Doubled after the load test'],
  [FEATURED.namespace, 'limits', limits(600, 60, ['eu-west', 'us-east']), 'json', 'Bursts at checkout time'],
];

const KEYS = [
  { name: 'checkout-service', role: 'viewer', scope: ['payments/checkout'] },
  { name: 'deploy-pipeline', role: 'editor', scope: ['payments', 'search', 'web'] },
  { name: 'anna', role: 'admin' },
] as const;

/** Real files beside the own set: as many folders as make a full tree, and no more than a cluster takes in a few seconds. */
const FOLDERS_MAX = 60;
const FILE_BYTES_MAX = 64_000;

/** Fills a cluster. `folder`: real configuration files, a folder per namespace; passed over where it is not there. */
export async function fill(client: ConfmanClient, folder: string): Promise<void> {
  for (const [namespace, key, value, type, message] of SAMPLES) await client.config.put(namespace, key, { value, type, message });
  await client.namespaces.put(FEATURED.namespace, { description: 'Limits, switches and routes of the checkout', owner: 'Payments team' });
  for (const key of ['legacy/endpoint', 'legacy/timeout-ms']) await client.config.delete(FEATURED.deletedFrom, key);
  for (const { name, role, ...rest } of KEYS) {
    await client.keys.create({ name, role, ...('scope' in rest ? { scope: [...rest.scope] } : {}) });
  }
  if (existsSync(folder)) await fillFrom(client, folder);
}

const GROUPS = ['payments', 'search', 'web'];
/** Four groups: one prefix of its own for the payments, all else by hash. Resolves when the data has moved. */
export async function spreadOverGroups({ shards }: ConfmanClient): Promise<void> {
  const settled = async (): Promise<boolean> =>
    until('nothing moves', async () => (await shards.registry({ consistency: 'linearizable' })).data.moves.length === 0);
  for (const id of GROUPS) await shards.createGroup({ id });
  await shards.putRoute({ prefix: 'payments', group: 'payments' });
  await settled();
  await shards.rebalance();
  await settled();
}

async function fillFrom(client: ConfmanClient, folder: string): Promise<void> {
  const namespaces = readdirSync(folder)
    .filter((name) => isNamespace(name) && statSync(join(folder, name)).isDirectory())
    .slice(0, FOLDERS_MAX);
  for (const name of namespaces) {
    const operations = readdirSync(join(folder, name)).flatMap((file) => {
      const path = join(folder, name, file);
      const { size } = statSync(path);
      if (!isKey(file) || !statSync(path).isFile() || size > FILE_BYTES_MAX) return [];
      return [{ op: 'put' as const, key: file, value: readFileSync(path, 'utf8') }];
    });
    if (operations.length > 0) await client.config.batch(`samples/${name}`, { operations: operations.slice(0, 128) });
  }
}
