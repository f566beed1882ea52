import { ConfigPages } from '../pages/config-pages.ts';
import { EntryPage } from '../pages/entry-page.ts';
import { expect, test } from '../support/fixtures.ts';

test('finds, edits and saves an entry without a mouse', async ({ as, api, namespace }) => {
  for (const key of ['alpha', 'beta', 'gamma']) await api.client.config.put(namespace, key, { value: key });
  const page = await as('editor');
  const config = new ConfigPages(page);
  const entry = new EntryPage(page);

  // From the top: skip the bar, filter the tree, go down into it, open the namespace.
  await config.treeFilter.focus();
  await page.keyboard.type(namespace);
  await expect(config.tree.getByRole('link')).toHaveCount(1);
  await page.keyboard.press('Tab');
  await expect(config.tree.getByRole('link')).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { level: 1, name: namespace })).toBeVisible();

  // Filter by `/`, go through the rows by arrows, open by Enter.
  await page.keyboard.press('/');
  await expect(config.filter).toBeFocused();
  await page.keyboard.press('Escape');
  await config.entry('alpha').focus();
  await page.keyboard.press('ArrowDown');
  await expect(config.entry('beta')).toBeFocused();
  await page.keyboard.press('End');
  await expect(config.entry('gamma')).toBeFocused();
  await page.keyboard.press('Home');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await expect(entry.heading).toHaveText('beta');

  // Type, review by Ctrl+S, save by Ctrl+Enter; the caret is in the message meanwhile.
  await entry.editor.focus();
  await page.keyboard.press('ControlOrMeta+a');
  await page.keyboard.type('typed');
  await page.keyboard.press('ControlOrMeta+s');
  await expect(entry.message).toBeFocused();
  await page.keyboard.type('By keyboard');
  await page.keyboard.press('ControlOrMeta+Enter');
  await expect(entry.committed).toBeVisible();
  expect(await api.entry(namespace, 'beta')).toMatchObject({ value: 'typed', message: 'By keyboard' });
});

test('leaves the editor by Escape, then Tab', async ({ as, api, namespace }) => {
  await api.client.config.put(namespace, 'beta', { value: 'beta' });
  const page = await as('editor');
  const entry = new EntryPage(page);
  await entry.open(namespace, 'beta');
  await entry.editor.focus();
  await page.keyboard.press('End');
  await page.keyboard.type('!');
  await page.keyboard.press('Escape');
  await page.keyboard.press('Tab');
  await expect(page.getByRole('button', { name: 'Discard changes' })).toBeFocused();
});

test('opens and leaves a menu by keyboard, and comes back to its button', async ({ as }) => {
  const page = await as('viewer');
  const account = page.getByRole('button', { name: /^Account/ });
  await account.focus();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('menu')).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('menu')).toHaveCount(0);
  await expect(account).toBeFocused();
});
