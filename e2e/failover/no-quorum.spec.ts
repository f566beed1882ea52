import { EntryPage } from '../pages/entry-page.ts';
import { Shell } from '../pages/shell.ts';
import { expect, test } from '../support/fixtures.ts';

test('tells the truth about a save without a quorum, keeps the text, and saves it once when asked again', async ({
  as,
  api,
  namespace,
}) => {
  test.slow();
  await api.client.config.put(namespace, 'limit', { value: 'old' });
  const page = await as('editor');
  const entry = new EntryPage(page);
  const shell = new Shell(page);
  await entry.open(namespace, 'limit');
  await entry.replaceValue('new');
  await api.cutAll(true);
  try {
    await expect(shell.strip).toContainText('Unavailable');
    await entry.reviewAndSave();
    await expect(entry.review.getByRole('alert')).toContainText(
      /Not saved: the cluster has no leader now|not known whether this was saved/,
      { timeout: 30_000 },
    );
    await expect(entry.review.getByRole('textbox', { name: 'As it will be' })).toHaveText('new');
  } finally {
    await api.cutAll(false);
  }
  await expect(shell.strip).toContainText('Healthy', { timeout: 30_000 });
  await entry.review.getByRole('button', { name: /Try again|Ask again/ }).click();
  await expect(entry.committed).toBeVisible({ timeout: 30_000 });
  const data = await api.entry(namespace, 'limit');
  expect(data).toMatchObject({ value: 'new', revision: 2 });
});
