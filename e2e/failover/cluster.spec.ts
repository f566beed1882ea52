import { ClusterPage } from '../pages/cluster-page.ts';
import { expect, test } from '../support/fixtures.ts';

test('draws a follower that lags, and says what a token does about it', async ({ as, api, namespace }) => {
  const [follower, leader] = [await api.follower(), await api.leader()];
  const page = await as('viewer', { node: leader });
  const cluster = new ClusterPage(page);
  await cluster.open();
  await expect(cluster.picture).toHaveAccessibleName(new RegExp(`${follower} is follower, up to date`));
  await api.holdApply(follower, true);
  try {
    for (let count = 1; count <= 3; count += 1) await api.client.config.put(namespace, 'counter', { value: String(count), type: 'number' });
    await expect(cluster.picture).toHaveAccessibleName(new RegExp(`${follower} is follower, [3-9] entries behind`));
    await expect(page.getByText(/brings your version token waits until square/)).toBeVisible();
  } finally {
    await api.holdApply(follower, false);
  }
  await expect(cluster.picture).toHaveAccessibleName(new RegExp(`${follower} is follower, up to date`));
});

test('hands leadership over from the page, by keyboard', async ({ as, api }) => {
  const follower = await api.follower();
  const page = await as('admin');
  const cluster = new ClusterPage(page);
  await cluster.open();
  await cluster.makeLeader(follower).focus();
  await page.keyboard.press('Enter');
  await expect(cluster.dialog).toContainText('nothing is lost');
  // The way out has the focus; the deed is one tab further.
  await expect(cluster.dialog.getByRole('button', { name: 'Cancel' })).toBeFocused();
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await expect(cluster.dialog).toHaveCount(0);
  await expect(cluster.picture).toHaveAccessibleName(new RegExp(`${follower} leads`));
  await expect(cluster.timeline).toContainText(`${follower} became leader`);
});

test('tells that nothing can be saved without a quorum, and recovers', async ({ as, api }) => {
  test.slow();
  const page = await as('viewer');
  const cluster = new ClusterPage(page);
  await cluster.open();
  await expect(cluster.verdict('Healthy')).toBeVisible();
  await api.cutAll(true);
  try {
    await expect(cluster.verdict('Unavailable')).toContainText('has no leader', { timeout: 30_000 });
    await expect(cluster.picture).toHaveAccessibleName(/no node leads/);
  } finally {
    await api.cutAll(false);
  }
  await expect(cluster.verdict('Healthy')).toBeVisible({ timeout: 30_000 });
});

test('keeps the last known row of a node that stopped, with its age, and never as fresh', async ({ as, api, cluster: processes }) => {
  test.slow();
  const [follower, leader] = [await api.follower(), await api.leader()];
  const page = await as('viewer', { node: leader });
  const cluster = new ClusterPage(page);
  await cluster.open();
  await expect(cluster.replica(follower)).toContainText('follower');
  process.kill(processes.node(follower).pid, 'SIGSTOP');
  try {
    await expect(cluster.replica(follower)).toContainText(/(silent|unreachable), as of/, { timeout: 30_000 });
    await expect(cluster.verdict('Degraded')).toContainText('Can lose no node');
    await expect(cluster.picture).toHaveAccessibleName(new RegExp(`${follower} is (silent|unreachable), last heard .*, lag not known`));
  } finally {
    process.kill(processes.node(follower).pid, 'SIGCONT');
  }
  await expect(cluster.replica(follower)).toContainText('follower', { timeout: 30_000 });
  await expect(cluster.verdict('Healthy')).toBeVisible({ timeout: 30_000 });
});
