import { EntryPage } from '../pages/entry-page.ts';
import { Shell } from '../pages/shell.ts';
import { expect, test } from '../support/fixtures.ts';

test('keeps what is typed and saves it when the leader goes away in the middle of an edit', async ({ as, api, namespace }) => {
  test.slow();
  await api.client.config.put(namespace, 'limit', { value: 'old' });
  const [leader, follower] = [await api.leader(), await api.follower()];
  const page = await as('editor', { node: follower });
  const entry = new EntryPage(page);
  await entry.open(namespace, 'limit');
  await entry.replaceValue('typed before');
  await api.cut(leader, true);
  try {
    await entry.editor.click();
    await page.keyboard.press('ControlOrMeta+End');
    await page.keyboard.insertText(' and while it was away');
    await entry.reviewAndSave('Through an election');
    // Whether the election was over in time or not: the truth is told, and asking again never writes twice.
    const again = entry.review.getByRole('button', { name: /Try again|Ask again/ });
    await expect(entry.committed.or(again)).toBeVisible({ timeout: 40_000 });
    if (await again.isVisible()) {
      await expect(entry.review.getByRole('textbox', { name: 'As it will be' })).toContainText('typed before and while it was away');
      await again.click();
    }
    await expect(entry.committed).toBeVisible({ timeout: 40_000 });
  } finally {
    await api.cut(leader, false);
  }
  const data = await api.entry(namespace, 'limit');
  expect(data).toMatchObject({ value: 'typed before and while it was away', revision: 2 });
});

test('keeps what is typed when the session ends, and saves it after signing in again', async ({ as, api, namespace }) => {
  await api.client.config.put(namespace, 'limit', { value: 'old' });
  const page = await as('editor');
  const entry = new EntryPage(page);
  await entry.open(namespace, 'limit');
  await entry.replaceValue('typed');
  await page.context().clearCookies({ name: /session/ });
  await entry.reviewAndSave();
  await page.getByLabel('API key').fill(await api.keyOf('editor'));
  await page.getByRole('button', { name: 'Sign in' }).click();
  // Back in the review, with what was typed.
  await expect(entry.review.getByRole('textbox', { name: 'As it will be' })).toHaveText('typed');
  await entry.save.click();
  await expect(entry.committed).toBeVisible();
  expect((await api.entry(namespace, 'limit')).value).toBe('typed');
});

test('goes on while a node is down, and says which', async ({ as, api, namespace }) => {
  await api.client.config.put(namespace, 'limit', { value: 'old' });
  const [leader, follower] = [await api.leader(), await api.follower()];
  const page = await as('editor', { node: leader });
  const entry = new EntryPage(page);
  const shell = new Shell(page);
  await entry.open(namespace, 'limit');
  await api.cut(follower, true);
  try {
    await expect(shell.strip).toContainText('Degraded', { timeout: 30_000 });
    await entry.replaceValue('new');
    await entry.reviewAndSave();
    await expect(entry.committed).toContainText('applied on 2 of 3 nodes');
  } finally {
    await api.cut(follower, false);
  }
  await expect(shell.strip).toContainText('Healthy', { timeout: 30_000 });
  await expect(entry.committed).toContainText('applied on 3 of 3 nodes');
});
