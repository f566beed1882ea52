import type { Page } from '@playwright/test';
import { paths } from '../../components/paths.ts';
import { AuditPage } from '../pages/audit-page.ts';
import { HistoryPage } from '../pages/history-page.ts';
import { Shell } from '../pages/shell.ts';
import { expect, expectAccessible, test } from '../support/fixtures.ts';
import { LOOKS } from '../support/looks.ts';

/** More than this is seen as a jump. */
const SHIFT_MAX = 0.02;

/** How much of what was painted has moved since, without anybody having done anything. */
async function shiftOf(page: Page): Promise<number> {
  return page.evaluate(
    () =>
      new Promise<number>((resolve) => {
        let sum = 0;
        new PerformanceObserver((list) => {
          for (const entry of list.getEntries() as (PerformanceEntry & { readonly value: number; readonly hadRecentInput: boolean })[])
            if (!entry.hadRecentInput) sum += entry.value;
        }).observe({ type: 'layout-shift', buffered: true });
        requestAnimationFrame(() => requestAnimationFrame(() => resolve(sum)));
      }),
  );
}

for (const { theme, viewport } of LOOKS) {
  test(`has pages of what happened that everybody can use, ${theme.toLowerCase()}, ${viewport.width} px wide`, async ({
    as,
    api,
    namespace,
  }) => {
    // Seven pages and three dialogs, and each is looked at in full.
    test.slow();
    const { config } = api.client;
    await config.put(namespace, 'limits', { value: '{\n  "max": 120\n}\n', type: 'json', message: 'First' });
    await config.put(namespace, 'limits', { value: '{\n  "max": 240\n}\n', type: 'json', message: 'Raised' });
    await config.put(namespace, 'old', { value: 'x' });
    await config.delete(namespace, 'old');
    const page = await as('admin');
    await page.setViewportSize(viewport);
    await new Shell(page).chooseTheme(theme);
    await expect(page.locator('html')).toHaveClass(new RegExp(theme.toLowerCase()));
    const { origin } = new URL(page.url());
    const look = async (within?: 'dialog'): Promise<void> => {
      await expectAccessible(page, within);
      expect(await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)).toBe(0);
    };
    const open = async (path: string): Promise<void> => {
      await page.goto(`${origin}${path}`);
      await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
    };

    const history = new HistoryPage(page);
    await history.open(namespace, 'limits');
    await expect(history.comparison.locator('.cm-content').first()).toBeVisible();
    await look();
    expect(await shiftOf(page)).toBeLessThan(SHIFT_MAX);
    await history.revision(1).click();
    await history.restoreButton.click();
    await expect(history.dialog.locator('.cm-content').first()).toBeVisible();
    await look('dialog');

    await open(paths.deleted(namespace));
    await expect(page.getByRole('link', { name: 'old' })).toBeVisible();
    await look();

    await open(`${paths.audit}?namespace=${encodeURIComponent(namespace)}`);
    const audit = new AuditPage(page);
    await expect(audit.events.first()).toBeVisible();
    expect(await shiftOf(page)).toBeLessThan(SHIFT_MAX);
    await audit.event(/^Entry changed/).click();
    await expect(audit.table.locator('.cm-content').first()).toBeVisible();
    await look();

    await open(paths.access);
    await expect(page.getByRole('table', { name: 'API keys' })).toBeVisible();
    await look();
    expect(await shiftOf(page)).toBeLessThan(SHIFT_MAX);
    await page.getByRole('button', { name: 'New API key' }).click();
    await expect(page.getByRole('dialog')).toBeVisible();
    await look('dialog');
    await page.keyboard.press('Escape');

    await open(`${paths.reference}?op=putEntry`);
    await expect(page.getByText(/^curl -i/)).toBeVisible();
    await look();
    expect(await shiftOf(page)).toBeLessThan(SHIFT_MAX);
  });
}
