import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ConfigPages } from '../pages/config-pages.ts';
import { EntryPage } from '../pages/entry-page.ts';
import { HistoryPage } from '../pages/history-page.ts';
import { Shell } from '../pages/shell.ts';
import { expect, expectAccessible, test } from '../support/fixtures.ts';

/** Real configuration files, beside the project. */
const REAL_FILES = join(import.meta.dirname, '..', '..', '..', 'shared', 'data', 'configs');

test('imports a thousand real files, browses, searches and edits them', async ({ as, api, namespace }) => {
  test.slow();
  await api.client.namespaces.put(namespace);
  const page = await as('editor');
  const config = new ConfigPages(page);
  await config.open(namespace);
  await page.getByRole('button', { name: 'Import', exact: true }).click();
  await config.dialog.locator('input[webkitdirectory]').setInputFiles(REAL_FILES);
  const submit = config.dialog.getByRole('button', { name: /^Import [\d,]+ entries/ });
  await expect(submit).toBeEnabled({ timeout: 60_000 });
  const planned = Number((/[\d,]+/.exec((await submit.textContent()) ?? '')?.[0] ?? '').replace(',', ''));
  expect(planned).toBeGreaterThan(1000);
  await expectAccessible(page, 'dialog');
  await submit.click();
  await expect(config.dialog.getByText(`${planned.toLocaleString('en')} entries done`, { exact: true })).toBeVisible({ timeout: 90_000 });
  await config.dialog.getByRole('button', { name: 'Close' }).last().click();

  await expect(page.getByText(`${planned.toLocaleString('en')} entries`, { exact: true })).toBeVisible();
  await config.filter.fill('actionlint');
  await expect(config.table.getByRole('row').nth(1)).toContainText('actionlint');
  await config.filter.fill('no such key anywhere');
  await page.getByRole('link', { name: 'Search in values of all namespaces' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Search' })).toBeVisible();

  const shell = new Shell(page);
  await shell.command('actionlint');
  await shell.palette.getByRole('option').filter({ hasText: namespace }).first().click();
  const entry = new EntryPage(page);
  await expect(entry.heading).toContainText('actionlint');
  await entry.editor.click();
  await page.keyboard.press('ControlOrMeta+End');
  await page.keyboard.insertText('# looked at\n');
  await entry.reviewAndSave('Looked at');
  await expect(entry.committed).toBeVisible();

  const key = (await entry.heading.textContent()) ?? '';
  const history = new HistoryPage(page);
  await history.open(namespace, key);
  await history.revision(1).click();
  await history.restoreButton.click();
  await history.submit.click();
  await expect(history.timeline.getByRole('listitem')).toHaveCount(3);
  const [now, first] = await Promise.all([api.entry(namespace, key), api.client.config.getRevision(namespace, key, 1)]);
  expect([now.revision, now.value]).toEqual([3, first.data.value]);
});

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
  await expect(config.dialog.getByText('1 entry done', { exact: true })).toBeVisible();
  await page.keyboard.press('Escape');
  expect((await api.entry(namespace, 'limit')).value).toBe('10');

  await config.choose('Export');
  const download = page.waitForEvent('download');
  await config.dialog.getByRole('radio', { name: /^\.env/ }).check();
  await expectAccessible(page, 'dialog');
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
  await expectAccessible(page, 'dialog');
  await config.dialog.getByRole('button', { name: 'Delete 10 entries' }).click();
  await expect(config.dialog.getByText('10 entries done', { exact: true })).toBeVisible();
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
  // Home, which looks otherwise where this was the only namespace of the cluster.
  await expect(page).toHaveURL((url) => url.pathname === '/');
  await expect(page.getByRole('heading', { level: 1, name: /^(Configuration|Create your first namespace)$/ })).toBeVisible();
  await expect(page.getByRole('navigation', { name: 'Namespaces' })).not.toContainText(namespace);
  await expect(api.client.namespaces.get(namespace, { consistency: 'linearizable' })).rejects.toMatchObject({
    code: 'namespace-not-found',
  });
});
