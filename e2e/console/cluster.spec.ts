import { ClusterPage } from '../pages/cluster-page.ts';
import { Shell } from '../pages/shell.ts';
import { expect, expectAccessible, test } from '../support/fixtures.ts';
import { LOOKS } from '../support/looks.ts';

test('shows on its first paint who leads and what every replica has', async ({ as, api, namespace }) => {
  await api.client.config.put(namespace, 'greeting', { value: 'hello' });
  const leader = await api.leader();
  const page = await as('viewer');
  const cluster = new ClusterPage(page);
  const html = await (await page.context().request.get(new URL('/cluster', page.url()).href)).text();
  expect(html).toContain(`${leader} leads`);
  await cluster.open();
  await expect(cluster.verdict('Healthy')).toContainText('Can lose 1 more node');
  await expect(cluster.picture).toHaveAccessibleName(new RegExp(`${leader} leads`));
  await expect(cluster.replica(leader)).toContainText('leader');
  await expect(cluster.timeline).toContainText(`${leader} became leader`);
  await expect(cluster.timeline).toContainText('Cluster formed by');
  // A viewer looks on, and is told who may do more.
  await expect(page.getByRole('button', { name: /^Make n/ })).toHaveCount(0);
  await expect(page.getByRole('button', { name: 'Back up' })).toHaveCount(0);
  await expect(page.getByText('need an admin key')).toBeVisible();
});

test('shows the lag as a chart and as a table, and can be paused', async ({ as }) => {
  const page = await as('viewer');
  const cluster = new ClusterPage(page);
  await cluster.open();
  await expect(cluster.chart('Entries behind the leader').locator('canvas')).toBeVisible();
  await page.getByRole('button', { name: 'As a table' }).click();
  await expect(cluster.table('Entries behind the leader').getByRole('row')).toHaveCount(4);
  await page.getByRole('button', { name: 'Pause' }).click();
  await expect(page.getByText('paused')).toBeVisible();
  await page.getByRole('button', { name: 'Go on' }).click();
  await expect(page.getByText('last value')).toBeVisible();
});

test('downloads a backup after saying what is in it', async ({ as }) => {
  test.slow();
  const page = await as('admin');
  const cluster = new ClusterPage(page);
  await cluster.open();
  await page.getByRole('button', { name: 'Back up' }).click();
  await expect(cluster.dialog).toContainText('API keys (as hashes)');
  await expectAccessible(page, 'dialog');
  const coming = page.waitForEvent('download');
  await cluster.dialog.getByRole('button', { name: 'Back up' }).click();
  expect((await coming).suggestedFilename()).toMatch(/\.confman-backup$/);
  await expect(cluster.dialog.getByRole('status')).toContainText('Saved by your browser, as of');
});

for (const { theme, viewport } of LOOKS)
  test(`can be used by everybody, ${theme.toLowerCase()}, ${viewport.width} wide`, async ({ as }) => {
    test.slow();
    const page = await as('admin');
    await page.setViewportSize(viewport);
    await new Shell(page).chooseTheme(theme);
    await page.addInitScript(() => {
      new PerformanceObserver((list) => {
        for (const entry of list.getEntries() as unknown as { readonly value: number; readonly hadRecentInput: boolean }[])
          if (!entry.hadRecentInput)
            document.documentElement.dataset['shift'] = String(Number(document.documentElement.dataset['shift'] ?? 0) + entry.value);
      }).observe({ type: 'layout-shift', buffered: true });
    });
    const cluster = new ClusterPage(page);
    await cluster.open();
    await expect(cluster.chart('Entries behind the leader').locator('canvas')).toBeVisible();
    await expectAccessible(page);
    expect(await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)).toBe(0);
    expect(Number((await page.locator('html').getAttribute('data-shift')) ?? 0)).toBeLessThan(0.02);
  });
