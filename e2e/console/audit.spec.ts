import { readFile } from 'node:fs/promises';
import { AuditPage } from '../pages/audit-page.ts';
import { expect, test } from '../support/fixtures.ts';

test('shows who changed what, opens to the change, and keeps its filters in the address', async ({ as, api, namespace }) => {
  const { config } = api.client;
  await config.put(namespace, 'limits', { value: 'max = 1', message: 'A first limit' });
  await config.put(namespace, 'limits', { value: 'max = 2', message: 'Doubled the limit' });
  await config.put(namespace, 'other', { value: 'x' });
  await config.delete(namespace, 'other');
  const page = await as('viewer');
  const audit = new AuditPage(page);
  await audit.open(`?namespace=${encodeURIComponent(namespace)}`);
  await expect(audit.events).toHaveCount(5);
  await expect(audit.filters).toContainText('1');

  await audit.event(/^Entry changed .* limits/).click();
  await expect(audit.table.getByRole('textbox', { name: 'Revision 1' })).toHaveText('max = 1');
  await expect(audit.table.getByRole('textbox', { name: 'Revision 2' })).toHaveText('max = 2');
  await audit.event(/^Entry changed .* limits/).click();

  await page.keyboard.press('Escape');
  await audit.search.fill('DOUBLED');
  await expect(audit.events).toHaveCount(1);
  await expect(page).toHaveURL(/search=DOUBLED/);
  await page.reload();
  await expect(audit.events).toHaveCount(1);
  await expect(audit.search).toHaveValue('DOUBLED');

  await audit.search.fill('nothing like it');
  await expect(page.getByRole('heading', { name: 'No event matches' })).toBeVisible();
  await page.getByRole('button', { name: 'Clear all filters' }).last().click();
  await expect(audit.search).toHaveValue('');
  await expect(page).toHaveURL(/\/audit$/);

  await page.getByRole('combobox', { name: 'Action' }).selectOption('Entry deleted');
  await expect(page).toHaveURL(/action=config.deleted/);
  await expect(audit.event(/^Entry deleted .* other/).first()).toBeVisible();
});

test('counts new events, and shows them only when asked', async ({ as, api, namespace }) => {
  await api.client.config.put(namespace, 'k', { value: 'one' });
  const page = await as('viewer');
  const audit = new AuditPage(page);
  await audit.open(`?namespace=${encodeURIComponent(namespace)}`);
  await expect(audit.events).toHaveCount(2);
  await expect(page.getByRole('region', { name: 'Cluster status' })).toContainText('live');

  await api.client.config.put(namespace, 'k', { value: 'two' });
  await api.client.config.put(`${namespace}/elsewhere`, 'k', { value: 'x' });
  await api.client.config.put('e2e-not-asked-for', 'k', { value: 'x' });
  await expect(audit.fresh).toContainText('3 new events');
  await expect(audit.events).toHaveCount(2);
  await audit.fresh.click();
  await expect(audit.events).toHaveCount(5);
  await expect(audit.fresh).toHaveCount(0);

  await audit.live.click();
  await expect(audit.live).toHaveAttribute('aria-checked', 'false');
  await expect(page).toHaveURL(/live=off/);
  await api.client.config.put(namespace, 'k', { value: 'three' });
  await page.reload();
  await expect(audit.events).toHaveCount(6);
  await expect(audit.live).toHaveAttribute('aria-checked', 'false');
});

test('exports what matches, line by line', async ({ as, api, namespace }) => {
  for (const value of ['one', 'two', 'three']) await api.client.config.put(namespace, 'k', { value, message: `to ${value}` });
  const page = await as('viewer');
  const audit = new AuditPage(page);
  await audit.open(`?namespace=${encodeURIComponent(namespace)}&action=config.updated`);
  const [file] = await Promise.all([page.waitForEvent('download'), audit.export.click()]);
  expect(file.suggestedFilename()).toMatch(/^audit-.*\.ndjson$/);
  const lines = (await readFile(await file.path(), 'utf8')).trimEnd().split('\n');
  expect(lines.map((line) => (JSON.parse(line) as { message: string }).message)).toEqual(['to three', 'to two']);
});

test('pages to older events, and is used by keyboard', async ({ as, api, namespace }) => {
  const operations = Array.from({ length: 120 }, (_, at) => ({ op: 'put' as const, key: `k${at}`, value: 'v' }));
  await api.client.config.batch(namespace, { operations });
  const page = await as('viewer');
  const audit = new AuditPage(page);
  await audit.open(`?namespace=${encodeURIComponent(namespace)}`);
  await expect(audit.events).toHaveCount(100);
  await page.getByRole('button', { name: 'Show older events' }).click();
  await expect(audit.events).toHaveCount(121);
  await expect(page.getByText('These are all events that match.')).toBeVisible();

  await audit.events.first().focus();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('j');
  await expect(audit.events.nth(2)).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(audit.table.getByRole('button', { expanded: true })).toBeFocused();
  await expect(audit.table.getByText('Open the history')).toBeVisible();
  await page.keyboard.press('/');
  await expect(audit.search).toBeFocused();
});
