import type { Page } from '@playwright/test';
import { paths } from '../../components/paths.ts';
import { expect, test } from '../support/fixtures.ts';

async function open(page: Page, operation?: string): Promise<void> {
  await page.goto(new URL(operation === undefined ? paths.reference : `${paths.reference}?op=${operation}`, page.url()).href);
}

test('tells every operation, and tries a read with its real answer', async ({ as, api, namespace }) => {
  await api.client.config.put(namespace, 'db/url', { value: 'postgres://one' });
  const page = await as('viewer');
  await open(page);
  const list = page.getByRole('navigation', { name: 'Operations' });
  await page.getByRole('searchbox', { name: 'Filter operations' }).fill('one entry');
  await expect(list.getByRole('link')).toHaveCount(1);
  await list.getByRole('link').click();
  await expect(page).toHaveURL(/op=getEntry$/);
  await expect(page.getByRole('heading', { level: 2, name: '/api/v1/namespaces/{namespace}/config/{key}' })).toBeVisible();

  await page.getByRole('button', { name: 'Send' }).click();
  await expect(page.getByRole('alert').filter({ hasText: 'namespace is missing' })).toBeVisible();
  await page.getByRole('textbox', { name: 'namespace', exact: true }).fill(namespace);
  await page.getByRole('textbox', { name: 'key', exact: true }).fill('db/url');
  const curl = page.getByText(/^curl -i/);
  await expect(curl).toContainText(`/api/v1/namespaces/${encodeURIComponent(namespace)}/config/db%2Furl`);
  await expect(curl).toContainText('X-Api-Key: $CONFMAN_KEY');
  await page.getByRole('button', { name: 'Send' }).click();
  await expect(page.getByText('200 OK')).toBeVisible();
  await expect(page.getByText('x-confman-token')).toBeVisible();
  await expect(page.locator('pre').filter({ hasText: '"value": "postgres://one"' })).toBeVisible();
});

test('asks before it changes something, and shows a refusal as it is', async ({ as, api, namespace }) => {
  const page = await as('editor');
  await open(page, 'putEntry');
  await page.getByRole('textbox', { name: 'namespace', exact: true }).fill(namespace);
  await page.getByRole('textbox', { name: 'key', exact: true }).fill('greeting');
  await page.getByRole('textbox', { name: 'Body' }).fill('{"value": "hello"}');
  await page.getByRole('button', { name: 'Send', exact: true }).click();
  await expect(page.getByText('This request changes the cluster')).toBeVisible();
  await page.getByRole('button', { name: 'Cancel' }).click();
  await expect(api.entry(namespace, 'greeting')).rejects.toMatchObject({ status: 404 });
  await page.getByRole('button', { name: 'Send', exact: true }).click();
  await page.getByRole('button', { name: 'Send it' }).click();
  await expect(page.getByText('201 Created')).toBeVisible();
  expect((await api.entry(namespace, 'greeting')).value).toBe('hello');

  await page.getByRole('textbox', { name: 'Body' }).fill('{"value": "hello"');
  await page.getByRole('button', { name: 'Send', exact: true }).click();
  await expect(page.getByText('The body is not JSON.')).toBeVisible();
});

test('shows a stream as it comes, and stops it', async ({ as }) => {
  const page = await as('viewer');
  await open(page, 'events');
  await page.getByRole('textbox', { name: /^topics/ }).fill('cluster');
  await page.getByRole('button', { name: 'Send', exact: true }).click();
  await expect(page.locator('pre').filter({ hasText: 'event: cluster' })).toBeVisible();
  await expect(page.getByText('still coming')).toBeVisible();
  await page.getByRole('button', { name: 'Stop' }).click();
  await expect(page.getByText('stopped', { exact: true })).toBeVisible();
});
