import { EntryPage } from '../pages/entry-page.ts';
import { Shell } from '../pages/shell.ts';
import { expect, test } from '../support/fixtures.ts';

test('shows waiting, then what was saved, never the old value as new, on a node that is behind', async ({
  as,
  api,
  cluster,
  namespace,
}) => {
  await api.client.config.put(namespace, 'limit', { value: 'old' });
  const follower = await api.follower();
  const leader = await api.leader();
  const page = await as('editor', { node: leader });
  const entry = new EntryPage(page);
  await entry.open(namespace, 'limit');
  await expect(entry.editor).toHaveText('old');

  await api.holdApply(follower, true);
  try {
    await entry.replaceValue('new');
    await entry.reviewAndSave();
    await expect(entry.committed).toContainText('applied on 2 of 3 nodes');
    const version = await entry.committedVersion();

    // The same browser, at the node that is behind: its very first paint says so.
    const { url } = cluster.node(follower);
    const html = await (await page.context().request.get(`${url}/ns/${encodeURIComponent(namespace)}/entry/limit`)).text();
    expect(html).toContain(`waiting for ${version}`);
    await entry.open(namespace, 'limit', url);
    await expect(entry.waiting).toContainText(`${follower} has applied`);
    await expect(entry.waiting).toContainText(`waiting for ${version}`);
    await expect(entry.editor).toHaveCount(0);
    await page.reload();
    await expect(entry.waiting).toBeVisible();
    await expect(entry.editor).toHaveCount(0);

    await api.holdApply(follower, false);
    await expect(entry.editor).toHaveText('new');
    await expect(entry.waiting).toHaveCount(0);
    await expect(entry.freshness).toContainText(follower);
  } finally {
    await api.holdApply(follower, false);
  }
});

test('reads from the leader on request while its own node is behind', async ({ as, api, cluster, namespace }) => {
  await api.client.config.put(namespace, 'limit', { value: 'old' });
  const [follower, leader] = [await api.follower(), await api.leader()];
  const page = await as('editor', { node: leader });
  const entry = new EntryPage(page);
  await entry.open(namespace, 'limit');
  await api.holdApply(follower, true);
  try {
    await entry.replaceValue('new');
    await entry.reviewAndSave();
    await expect(entry.committed).toBeVisible();
    await entry.open(namespace, 'limit', cluster.node(follower).url);
    await entry.readFromLeader.click();
    await expect(entry.editor).toHaveText('new');
    await expect(entry.freshness).toContainText(leader);
  } finally {
    await api.holdApply(follower, false);
  }
});

test('takes what one tab has saved as seen by all tabs', async ({ as, api, namespace }) => {
  await api.client.config.put(namespace, 'limit', { value: 'old' });
  const [follower, leader] = [await api.follower(), await api.leader()];
  const writer = await as('editor', { node: leader });
  await new EntryPage(writer).open(namespace, 'limit');
  await api.holdApply(follower, true);
  try {
    const entry = new EntryPage(writer);
    await entry.replaceValue('new');
    await entry.reviewAndSave();
    await expect(entry.committed).toBeVisible();
    const other = await as('editor', { node: follower, context: writer.context() });
    const seen = new EntryPage(other);
    await seen.open(namespace, 'limit');
    await expect(seen.waiting).toBeVisible();
    await api.holdApply(follower, false);
    await expect(seen.editor).toHaveText('new');
  } finally {
    await api.holdApply(follower, false);
  }
});

test('shows the commit lag as it grows and shrinks', async ({ as, api, namespace }) => {
  const [follower, leader] = [await api.follower(), await api.leader()];
  const page = await as('viewer', { node: leader });
  const shell = new Shell(page);
  await expect(shell.lag).toHaveText(/0 entries/);
  await api.holdApply(follower, true);
  try {
    for (let count = 1; count <= 5; count += 1) await api.client.config.put(namespace, 'counter', { value: String(count), type: 'number' });
    await expect(shell.lag).toHaveText(/[5-9] entries/);
    await expect(shell.node(follower)).toHaveAccessibleName(/[5-9] entries behind/);
  } finally {
    await api.holdApply(follower, false);
  }
  await expect(shell.lag).toHaveText(/0 entries/);
  await expect(shell.node(follower)).toHaveAccessibleName(/up to date/);
});
