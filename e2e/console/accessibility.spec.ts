import type { Page } from '@playwright/test';
import { paths } from '../../components/paths.ts';
import { ConfigPages } from '../pages/config-pages.ts';
import { EntryPage } from '../pages/entry-page.ts';
import { Shell } from '../pages/shell.ts';
import { expect, expectAccessible, test } from '../support/fixtures.ts';
import { LOOKS } from '../support/looks.ts';

/** Nothing is wider than the screen. */
async function expectNoSidewaysScroll(page: Page): Promise<void> {
  expect(await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)).toBe(0);
}

for (const { theme, viewport } of LOOKS) {
  test(`has pages that everybody can use, ${theme.toLowerCase()}, ${viewport.width} px wide`, async ({ as, api, namespace }) => {
    // Seven pages, and each is looked at in full.
    test.slow();
    await api.client.namespaces.put(namespace, { description: 'Looked at by a test', owner: 'e2e' });
    await api.client.config.put(namespace, 'limits', { value: '{\n  "max": 120\n}\n', type: 'json', message: 'Raised' });
    const page = await as('admin');
    await page.setViewportSize(viewport);
    const entry = new EntryPage(page);
    await new Shell(page).chooseTheme(theme);
    await expect(page.locator('html')).toHaveClass(new RegExp(theme.toLowerCase()));

    const look = async (within?: 'dialog'): Promise<void> => {
      await expectAccessible(page, within);
      await expectNoSidewaysScroll(page);
    };
    const { origin } = new URL(page.url());

    await page.goto(origin);
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
    await look();

    await new ConfigPages(page).open(namespace);
    await expect(page.getByRole('table')).toBeVisible();
    await look();

    await entry.open(namespace, 'limits');
    await expect(entry.editor).toContainText('120');
    await look();

    await entry.replaceValue('{\n  "max": 240\n}\n');
    await entry.reviewButton.click();
    await expect(entry.review.locator('.cm-content').first()).toBeVisible();
    await look('dialog');
    await page.keyboard.press('Escape');

    await page.goto(`${origin}${paths.newEntry(namespace)}`);
    await expect(entry.key).toBeVisible();
    await look();

    await entry.open(namespace, 'missing');
    await expect(page.getByRole('heading', { name: 'There is no such entry' })).toBeVisible();
    await look();

    await page.goto(`${origin}/no/such/page`);
    await expect(page.getByRole('heading', { name: 'There is no such page' })).toBeVisible();
    await look();
  });
}

test('has menus, popovers and dialogs that everybody can use', async ({ as, api, namespace }) => {
  await api.client.config.put(namespace, 'greeting', { value: 'hello' });
  const page = await as('admin');
  const shell = new Shell(page);
  await shell.account.click();
  await expect(page.getByRole('menu')).toBeVisible();
  await expectAccessible(page, 'menu');
  await page.keyboard.press('Escape');
  // It fades out: the next one opens when it is gone.
  await expect(page.getByRole('menu')).toHaveCount(0);

  await shell.reading.click();
  await expect(page.getByRole('menu')).toBeVisible();
  await expectAccessible(page, 'menu');
  await page.keyboard.press('Escape');
  // It fades out: the next one opens when it is gone.
  await expect(page.getByRole('menu')).toHaveCount(0);

  await page.getByRole('button', { name: 'Status of all nodes' }).click();
  await expect(page.getByRole('dialog')).toBeVisible();
  await expectAccessible(page, 'dialog');
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toHaveCount(0);

  await new ConfigPages(page).newNamespace.click();
  await expect(page.getByRole('dialog')).toBeVisible();
  await expectAccessible(page, 'dialog');
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toHaveCount(0);

  const entry = new EntryPage(page);
  await entry.open(namespace, 'greeting');
  await entry.freshness.click();
  await expect(page.getByRole('dialog')).toContainText('Version read');
  await expectAccessible(page, 'dialog');
});

test('loads nothing from elsewhere, and runs nothing inline without its nonce', async ({ as }) => {
  const page = await as('viewer');
  const hosts = new Set<string>();
  page.on('request', (request) => hosts.add(new URL(request.url()).origin));
  const answer = await page.reload();
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
  const policy = answer?.headers()['content-security-policy'] ?? '';
  expect(policy).toContain("script-src 'self' 'nonce-");
  expect(policy).not.toContain('unsafe');
  expect([...hosts]).toEqual([new URL(page.url()).origin]);
});

test('opens and closes the namespace tree on a phone', async ({ as, api, namespace }) => {
  await api.client.config.put(namespace, 'greeting', { value: 'hello' });
  const page = await as('viewer');
  await page.setViewportSize({ width: 390, height: 844 });
  const config = new ConfigPages(page);
  const toggle = page.getByRole('button', { name: 'Namespaces', exact: true });
  await expect(config.tree).toBeHidden();
  await toggle.click();
  await expect(config.tree).toBeVisible();
  await expectAccessible(page);
  await toggle.click();
  await expect(config.tree).toBeHidden();
  await toggle.click();
  await config.treeFilter.fill(namespace);
  await expect(config.tree.getByRole('link')).toHaveCount(1);
  await config.tree.getByRole('link').click();
  await expect(page.getByRole('heading', { level: 1, name: namespace })).toBeVisible();
  await expect(config.tree).toBeHidden();
});
