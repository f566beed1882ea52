import { readFile } from 'node:fs/promises';
import { ConfigPages } from '../pages/config-pages.ts';
import { EntryPage } from '../pages/entry-page.ts';
import { expect, expectAccessible, test } from '../support/fixtures.ts';

test('says what an import would change before it does, and exports what comes back', async ({ as, api, namespace }) => {
  test.slow();
  await api.client.config.batch(namespace, {
    operations: [
      { op: 'put', key: 'same', value: 'x' },
      { op: 'put', key: 'limit', value: '10', type: 'number' },
    ],
  });
  const page = await as('editor');
  const config = new ConfigPages(page);
  await config.open(namespace);
  await config.choose('Import');
  await config.dialog.getByRole('textbox', { name: /^Document/ }).fill('same: x\nlimit: 20\nnew: true\n/bad: 1\n');
  const preview = config.dialog.getByRole('region', { name: 'What the import would do' });
  for (const said of ['New 1', 'Changed 1', 'Equal 1', 'Refused 1']) await expect(preview).toContainText(said);
  await config.dialog.getByRole('checkbox', { name: /^Overwrite/ }).uncheck();
  await config.dialog.getByRole('button', { name: 'Import 1 entry' }).click();
  await expect(config.dialog).toContainText('1 entry done');
  await page.keyboard.press('Escape');
  expect((await api.client.config.get(namespace, 'limit')).data.value).toBe('10');

  await config.choose('Export');
  const download = page.waitForEvent('download');
  await config.dialog.getByRole('radio', { name: /^\.env/ }).check();
  await expectAccessible(page);
  await config.dialog.getByRole('button', { name: 'Download' }).click();
  const content = await readFile(await (await download).path(), 'utf8');
  expect(content).toContain('limit="10"');
  expect(content).toContain('new="true"');
});

test('copies, renames and deletes, one and many', async ({ as, api, namespace }) => {
  test.slow();
  const keys = Array.from({ length: 30 }, (_, at) => `key-${String(at).padStart(2, '0')}`);
  await api.client.config.batch(namespace, { operations: keys.map((key) => ({ op: 'put', key, value: key })) });
  const page = await as('editor');
  const config = new ConfigPages(page);
  await config.open(namespace);

  await config.select('key-00');
  await page.getByRole('button', { name: 'Rename' }).click();
  await config.dialog.getByRole('textbox', { name: 'New key' }).fill('renamed');
  await config.dialog.getByRole('button', { name: 'Rename' }).click();
  const entry = new EntryPage(page);
  await expect(entry.heading).toHaveText('renamed');
  await expect(entry.editor).toHaveText('key-00');

  await entry.more.click();
  await page.getByRole('menuitem', { name: 'Copy' }).click();
  await config.dialog.getByRole('textbox', { name: 'New key' }).fill('key-01');
  await config.dialog.getByRole('button', { name: 'Copy' }).click();
  await expect(config.dialog.getByRole('alert')).toContainText('There is an entry with that key already');
  await page.keyboard.press('Escape');

  await config.open(namespace);
  await config.filter.fill('key-1');
  await page.getByRole('checkbox', { name: 'Select all that are shown' }).check();
  await expect(page.getByText('10 selected')).toBeVisible();
  await page.getByRole('button', { name: 'Delete' }).click();
  await expect(config.dialog).toContainText('Delete 10 entries?');
  await expectAccessible(page);
  await config.dialog.getByRole('button', { name: 'Delete 10 entries' }).click();
  await expect(config.dialog).toContainText('10 entries done');
  await page.keyboard.press('Escape');
  await config.filter.fill('');
  await expect(page.getByText('20 entries', { exact: true })).toBeVisible();
});

test('edits and deletes a namespace, and says what goes with it', async ({ as, api, namespace }) => {
  await api.client.config.put(namespace, 'only', { value: 'x' });
  const page = await as('admin');
  const config = new ConfigPages(page);
  await config.open(namespace);
  await config.choose('Edit description and owner');
  await config.dialog.getByRole('textbox', { name: /^Who answers/ }).fill('team-a');
  await config.dialog.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByText('Owner: team-a')).toBeVisible();

  await config.choose('Delete the namespace');
  await expect(config.dialog).toContainText('This deletes 1 entry with it');
  const submit = config.dialog.getByRole('button', { name: 'Delete the namespace' });
  await expect(submit).toBeDisabled();
  await config.dialog.getByRole('textbox').fill(namespace);
  await submit.click();
  await expect(page.getByRole('heading', { level: 1, name: 'Configuration' })).toBeVisible();
});
