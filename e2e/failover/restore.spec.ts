/** A cluster that is restored from a backup while somebody works in the console: what was lost is said, and what was typed is not. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { confman } from '../cluster/cli.ts';
import type { RealCluster } from '../cluster/cluster.ts';
import { EntryPage } from '../pages/entry-page.ts';
import { Shell } from '../pages/shell.ts';
import { expect, expectAccessible } from '../support/fixtures.ts';
import { testOnProcesses } from '../support/processes.ts';

const test = testOnProcesses({ nodes: 1 });
const LONG = { timeout: 60_000 };
const folder = mkdtempSync(join(tmpdir(), 'confman-console-restore-'));
const file = join(folder, 'all.confman-backup');

test.afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function command(args: readonly string[], { adminKey }: RealCluster): Promise<void> {
  const { code, err } = await confman(args, { CONFMAN_KEY: adminKey, HOME: folder });
  expect(code, err).toBe(0);
}

test('says what a restore has lost, shows what there is, and lets what was typed be saved on top', async ({
  as,
  api,
  processes,
  namespace,
}) => {
  test.slow();
  const node = processes.node('n1');
  await api.client.config.put(namespace, 'limit', { value: 'in the backup' });
  const page = await as('editor');
  const entry = new EntryPage(page);
  const shell = new Shell(page);
  await command(['backup', file, '--endpoint', node.url], processes);

  await entry.open(namespace, 'limit');
  await entry.replaceValue('saved after the backup');
  await entry.reviewAndSave();
  await expect(entry.committed).toBeVisible();
  const lost = await entry.committedVersion();
  await entry.replaceValue('typed, not saved');

  await node.terminate();
  await node.wipe();
  await command(['restore-backup', file, ...node.spec.flags], processes);
  node.start();
  await processes.ready();

  // The open page finds out by itself: in another lineage its version is lost, which is said once.
  await expect(shell.strip).toContainText('live', LONG);
  const notice = page.getByRole('alert').filter({ hasText: 'This cluster was restored' });
  await expect(notice).toContainText(lost, LONG);
  await expect(page.getByText(`Committed at ${lost}, but the cluster was restored since`)).toBeVisible();
  await expect(entry.editor).toHaveText('typed, not saved');
  await expect(page.getByText(/Somebody saved this entry in between/)).toBeVisible(LONG);
  await expectAccessible(page);
  await notice.getByRole('button', { name: 'Understood' }).click();
  await expect(notice).toHaveCount(0);

  // What there is now, and the way on: the backup's value against what was typed.
  await page.reload();
  await expect(entry.editor).toHaveText('typed, not saved');
  await expect(notice).toHaveCount(0);
  await page.getByRole('button', { name: 'Compare and merge' }).click();
  await expect(entry.review).toContainText('in the backup');
  await entry.review.getByRole('radio', { name: 'Mine', exact: true }).check();
  await entry.saveResult.click();
  await expect(entry.committed).toBeVisible();
  expect(await api.entry(namespace, 'limit')).toMatchObject({ value: 'typed, not saved', revision: 2 });
});
