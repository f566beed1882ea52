import type { Page } from '@playwright/test';
import { EntryPage } from '../pages/entry-page.ts';
import { Shell } from '../pages/shell.ts';
import { expect, test } from '../support/fixtures.ts';

/** Event streams that a page has asked for, from now on. */
function streamsOf(page: Page): readonly string[] {
  const streams: string[] = [];
  page.on('request', (request) => {
    if (request.url().includes('/api/v1/events')) streams.push(request.url());
  });
  return streams;
}

test('shares one event stream between the tabs of a browser, and hands it on when its tab is closed', async ({ as, api, namespace }) => {
  await api.client.config.put(namespace, 'shared', { value: 'one' });
  const first = await as('viewer');
  await expect(new Shell(first).strip).toContainText('live');

  const second = await as('viewer', { context: first.context() });
  const streams = streamsOf(second);
  const entry = new EntryPage(second);
  await entry.open(namespace, 'shared');
  await expect(entry.editor).toHaveText('one');
  await expect(new Shell(second).strip).toContainText('live');
  await api.client.config.put(namespace, 'shared', { value: 'two' });
  await expect(entry.editor).toHaveText('two');
  expect(streams).toEqual([]);

  await first.close();
  await expect.poll(() => streams.length).toBe(1);
  await api.client.config.put(namespace, 'shared', { value: 'three' });
  await expect(entry.editor).toHaveText('three');
});

test('says that the stream is lost, and recovers', async ({ as, api, namespace }) => {
  await api.client.config.put(namespace, 'shared', { value: 'one' });
  const page = await as('viewer');
  const shell = new Shell(page);
  const entry = new EntryPage(page);
  await entry.open(namespace, 'shared');
  await expect(shell.strip).toContainText('live');
  await expect(entry.editor).toHaveText('one');

  await page.route('**/api/v1/events*', (route) => route.fulfill({ status: 503, body: '' }));
  await page.reload();
  await expect(shell.strip).toContainText('stream lost');
  await api.client.config.put(namespace, 'shared', { value: 'two' });
  await page.unroute('**/api/v1/events*');
  await expect(shell.strip).toContainText('live');
  await expect(entry.editor).toHaveText('two');
});
