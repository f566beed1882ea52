import { ConfigPages } from '../pages/config-pages.ts';
import { EntryPage } from '../pages/entry-page.ts';
import { Shell } from '../pages/shell.ts';
import { expect, expectAccessible, test } from '../support/fixtures.ts';

test('goes anywhere by the palette, by keyboard alone', async ({ as, api, namespace }) => {
  test.slow();
  await api.client.config.put(namespace, 'palette/target', { value: 'a needle in it' });
  const page = await as('editor');
  const shell = new Shell(page);
  await shell.command(namespace);
  await expect(shell.palette.getByRole('option', { name: new RegExp(namespace) }).first()).toBeVisible();
  await expectAccessible(page, 'dialog');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { level: 1, name: namespace })).toBeVisible();

  await shell.command('palette/target');
  await expect(shell.palette.getByRole('option', { name: /palette\/target.*e2e/ })).toBeVisible();
  await page.keyboard.press('Enter');
  await expect(new EntryPage(page).heading).toHaveText('palette/target');

  await shell.command('theme dark');
  await expect(shell.palette.getByRole('option').first()).toHaveText('Theme: Dark');
  await page.keyboard.press('Enter');
  await expect(page.locator('html')).toHaveClass(/dark/);
  await shell.command('nothing that there is');
  await expect(shell.palette.getByRole('option')).toHaveText(/^Search keys and values for “nothing that there is”/);
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { level: 1, name: 'Search' })).toBeVisible();
});

test('takes what is typed before the palette has come', async ({ as }) => {
  const page = await as('viewer');
  const shell = new Shell(page);
  await expect(shell.strip).toContainText('live');
  let release = (): void => undefined;
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  await page.route('**/_next/static/**', async (route) => {
    await released;
    await route.continue();
  });
  await page.keyboard.press('ControlOrMeta+k');
  // The first letter is a shortcut of the page, elsewhere.
  await page.keyboard.type('no such thinx');
  await page.keyboard.press('Backspace');
  await page.keyboard.type('g');
  release();
  await expect(shell.palette.getByRole('combobox')).toHaveValue('no such thing');
  await page.keyboard.type('!');
  await expect(shell.palette.getByRole('combobox')).toHaveValue('no such thing!');
});

test('finds text in values, shows the place, and keeps the search in the address', async ({ as, api, namespace }) => {
  await api.client.config.put(namespace, 'haystack', { value: `first\nsecond has ${namespace}-needle inside\n` });
  const page = await as('viewer');
  const { origin } = new URL(page.url());
  await page.goto(`${origin}/search`);
  await page.getByRole('searchbox', { name: 'Search in keys and values' }).fill(`${namespace}-NEEDLE`);
  await page.keyboard.press('Enter');
  const results = page.getByRole('list', { name: 'Entries that were found' });
  await expect(results.getByRole('listitem')).toHaveCount(1);
  await expect(results.locator('mark')).toHaveText(`${namespace}-needle`);
  await expectAccessible(page);
  await page.reload();
  await expect(results.getByRole('link', { name: 'haystack' })).toBeVisible();
});

test('says times in local time or UTC, and remembers which', async ({ as, api, namespace }) => {
  const { data } = await api.client.config.put(namespace, 'timed', { value: 'x' });
  const page = await as('viewer');
  await new ConfigPages(page).open(namespace);
  const time = page.getByRole('table').locator('time').first();
  await new Shell(page).account.click();
  await page.getByRole('menuitemradio', { name: 'UTC' }).click();
  const utc = `${data.updatedAt.replace('T', ' ').replace('Z', '')} UTC`;
  await expect(time).toHaveAttribute('title', utc);
  await page.reload();
  await expect(time).toHaveAttribute('title', utc);
});

test('has its pages in a drawer on a phone', async ({ as }) => {
  const page = await as('viewer');
  await page.setViewportSize({ width: 390, height: 844 });
  await page.getByRole('button', { name: 'Menu of pages' }).click();
  const drawer = page.getByRole('dialog').getByRole('navigation', { name: 'Main' });
  await expect(drawer.getByRole('link', { name: 'Configuration' })).toHaveAttribute('aria-current', 'page');
  await expectAccessible(page, 'dialog');
  await drawer.getByRole('link', { name: 'Configuration' }).click();
  await expect(drawer).toHaveCount(0);
});

test('moves nothing while it loads', async ({ as, api, namespace }) => {
  await api.client.namespaces.put(namespace, { description: 'Nothing jumps here' });
  await api.client.config.put(namespace, 'limits', { value: '{\n  "max": 1\n}\n', type: 'json' });
  const page = await as('editor');
  // Collected from the first moment of every page.
  await page.addInitScript(() => {
    const seen = { shift: 0 };
    Object.assign(window, { seen });
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries() as (PerformanceEntry & { value: number; hadRecentInput: boolean })[]) {
        if (!entry.hadRecentInput) seen.shift += entry.value;
      }
    }).observe({ type: 'layout-shift', buffered: true });
  });
  const config = new ConfigPages(page);
  const entry = new EntryPage(page);
  await config.open(namespace);
  await expect(config.entry('limits')).toBeVisible();
  expect(await page.evaluate(() => (window as unknown as { seen: { shift: number } }).seen.shift)).toBeLessThan(0.01);
  await entry.open(namespace, 'limits');
  await expect(entry.editor).toContainText('"max"');
  expect(await page.evaluate(() => (window as unknown as { seen: { shift: number } }).seen.shift)).toBeLessThan(0.01);
});
