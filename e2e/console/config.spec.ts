import { ConfigPages } from '../pages/config-pages.ts';
import { EntryPage } from '../pages/entry-page.ts';
import { expect, test } from '../support/fixtures.ts';

test('creates a namespace and an entry, edits it, and shows what was saved after a refresh', async ({ as, namespace }) => {
  const page = await as('admin');
  const config = new ConfigPages(page);
  const entry = new EntryPage(page);

  await config.createNamespace(namespace, 'Made by a test');
  await expect(page.getByRole('heading', { level: 1, name: namespace })).toBeVisible();
  await expect(page.getByText('Made by a test')).toBeVisible();
  await expect(page.getByRole('heading', { name: 'No entries yet' })).toBeVisible();

  await config.newEntry.click();
  await entry.key.fill('db/url');
  await entry.replaceValue('postgres://one');
  await entry.reviewAndSave('First value');
  await expect(entry.heading).toHaveText('db/url');
  await expect(page.getByText('revision 1')).toBeVisible();

  await entry.replaceValue('postgres://two');
  await entry.reviewAndSave('Moved to the second host');
  await expect(entry.committed).toContainText('applied on 3 of 3 nodes');
  await page.reload();
  await expect(entry.editor).toHaveText('postgres://two');
  await expect(page.getByText('“Moved to the second host”')).toBeVisible();

  await page.getByRole('link', { name: namespace }).first().click();
  await expect(config.entry('db/url')).toBeVisible();
});

test('browses, filters and sorts many entries', async ({ as, api, namespace }) => {
  const keys = Array.from({ length: 250 }, (_, at) => `service-${at % 5}/key-${at}`);
  for (let from = 0; from < keys.length; from += 125) {
    await api.client.config.batch(namespace, { operations: keys.slice(from, from + 125).map((key) => ({ op: 'put', key, value: 'v' })) });
  }
  const page = await as('viewer');
  const config = new ConfigPages(page);
  await config.open(namespace);
  await expect(page.getByText('250 entries', { exact: true })).toBeVisible();

  await config.filter.fill('key-24');
  await expect(page.getByText('11 of 250 entries')).toBeVisible();
  await config.filter.fill('no such key');
  await expect(page.getByText('No key matches')).toBeVisible();
  await page.getByRole('button', { name: 'Clear the filter' }).click();

  await config.table.getByRole('button', { name: 'Key' }).click();
  await config.table.getByRole('button', { name: 'Key' }).click();
  await expect(config.table.getByRole('row').nth(1)).toContainText('service-4/key-249');
  await expect(config.newEntry).toHaveCount(0);
});

test('shows where the open namespace is among many', async ({ as, api, namespace }) => {
  for (let at = 0; at < 90; at += 1) await api.client.namespaces.put(`${namespace}/a${at}`);
  await api.client.namespaces.put(`${namespace}/z-last`);
  const page = await as('viewer');
  const config = new ConfigPages(page);
  await config.open(`${namespace}/z-last`);
  await expect(config.tree.getByRole('link', { name: /^z-last/ })).toBeInViewport();
  await expect(config.tree.getByRole('link', { name: /^z-last/ })).toHaveAttribute('aria-current', 'page');
});

test('refuses a value that is not valid for its type, with the line, and keeps the text', async ({ as, api, namespace }) => {
  await api.client.config.put(namespace, 'limits', { value: '{"max": 1}', type: 'json' });
  const page = await as('editor');
  const entry = new EntryPage(page);
  await entry.open(namespace, 'limits');
  await entry.replaceValue('{\n  "max": nothing\n}');
  await expect(page.getByRole('button', { name: /^Line 2:/ })).toBeVisible();
  await entry.reviewButton.click();
  await expect(entry.review.getByRole('alert')).toContainText('Not saved: this is not valid JSON');
  await expect(entry.review.getByRole('alert')).toContainText('Line 2');
  await page.keyboard.press('Escape');
  await expect(entry.editor).toContainText('"max": nothing');
});

test('keeps what was typed over a reload', async ({ as, api, namespace }) => {
  await api.client.config.put(namespace, 'draft', { value: 'saved' });
  const page = await as('editor');
  const entry = new EntryPage(page);
  await entry.open(namespace, 'draft');
  await entry.replaceValue('typed, not saved');
  await page.reload();
  await expect(page.getByText('Unsaved changes from before were kept')).toBeVisible();
  await expect(entry.editor).toHaveText('typed, not saved');
  await page.getByRole('button', { name: 'Discard changes' }).first().click();
  await expect(entry.editor).toHaveText('saved');
});

test('lets a viewer read, and says why no more', async ({ as, api, namespace }) => {
  await api.client.config.put(namespace, 'greeting', { value: 'hello' });
  const page = await as('viewer');
  const entry = new EntryPage(page);
  await entry.open(namespace, 'greeting');
  await expect(entry.editor).toHaveText('hello');
  await expect(page.getByText('Your role is viewer')).toBeVisible();
  await expect(entry.reviewButton).toHaveCount(0);
});

test('says what is not there, and offers to create it', async ({ as, api, namespace }) => {
  await api.client.namespaces.put(namespace);
  const page = await as('editor');
  const entry = new EntryPage(page);
  await entry.open(namespace, 'not/here');
  await expect(page.getByRole('heading', { name: 'There is no such entry' })).toBeVisible();
  await page.getByRole('link', { name: 'Create it' }).click();
  await expect(entry.key).toHaveValue('not/here');
});

test('shows a change of somebody else without a refresh', async ({ as, api, namespace }) => {
  await api.client.config.put(namespace, 'live', { value: 'one' });
  const page = await as('viewer');
  const entry = new EntryPage(page);
  await entry.open(namespace, 'live');
  await expect(entry.editor).toHaveText('one');
  await api.client.config.put(namespace, 'live', { value: 'two' });
  await expect(entry.editor).toHaveText('two');
});
