import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { paths } from '../../components/paths.ts';
import { expect, test } from '../support/fixtures.ts';

/**
 * Pictures of the main pages, compared pixel by pixel, under the very Chromium that they were made with: others draw text a little
 * differently. Under another one the same pages are held to their structure instead, and the report says so in a note. After a change
 * that is meant: `npx playwright test e2e/console/visual.spec.ts --update-snapshots`.
 */
const FOLDER = join(import.meta.dirname, 'visual.spec.ts-snapshots');
const MADE_WITH = join(FOLDER, 'chromium.txt');

interface Pictured {
  readonly name: string;
  readonly path: string;
  /** Says that the page is there, whole. */
  readonly landmark: (page: Page) => Promise<void>;
}

/** Nothing on it depends on when, where or after which other tests it is looked at, but what is masked. */
const NAMESPACE = 'visual/shop';
const pages: readonly Pictured[] = [
  {
    name: 'history',
    path: `${paths.history(NAMESPACE, 'limits')}?from=1&to=2`,
    landmark: async (page) => expect(page.getByRole('textbox', { name: 'Revision 2' })).toContainText('240'),
  },
  {
    name: 'audit',
    path: `${paths.audit}?namespace=${encodeURIComponent(NAMESPACE)}&live=off`,
    landmark: async (page) => expect(page.getByRole('table', { name: 'Audit events' }).getByRole('row')).toHaveCount(4),
  },
  {
    name: 'api',
    path: `${paths.reference}?op=restoreEntry`,
    landmark: async (page) => expect(page.getByRole('heading', { level: 2, name: /restore$/ })).toBeVisible(),
  },
];

for (const theme of ['light', 'dark'] as const) {
  test(`looks as it did, ${theme}`, async ({ as, api, browser }, info) => {
    test.slow();
    const { config } = api.client;
    // Once for both themes: a key that exists is left as it is.
    if (
      (
        await config
          .history(NAMESPACE, 'limits')
          .all()
          .catch(() => [])
      ).length === 0
    ) {
      await config.put(NAMESPACE, 'limits', { value: '{\n  "max": 120\n}\n', type: 'json', message: 'First' });
      await config.put(NAMESPACE, 'limits', { value: '{\n  "max": 240\n}\n', message: 'Raised for the sale' });
    }
    const page = await as('viewer');
    await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' });
    await page.setViewportSize({ width: 1280, height: 800 });
    const updating = info.config.updateSnapshots === 'all' || info.config.updateSnapshots === 'changed';
    const madeWith = existsSync(MADE_WITH) ? readFileSync(MADE_WITH, 'utf8').trim() : 'none';
    const compared = updating || madeWith === browser.version();
    if (!compared)
      info.annotations.push({
        type: 'note',
        description: `pictures not compared: made with Chromium ${madeWith}, this is ${browser.version()}`,
      });
    if (updating) expect(madeWith, `write ${browser.version()} into chromium.txt beside the pictures`).toBe(browser.version());

    for (const { name, path, landmark } of pages) {
      await page.goto(new URL(path, page.url()).href);
      await landmark(page);
      await page.evaluate(() => document.fonts.ready);
      const dynamic = [
        page.getByRole('region', { name: 'Cluster status' }),
        page.getByRole('banner'),
        page.locator('time'),
        page.getByTestId('freshness'),
        page.getByRole('navigation', { name: 'Namespaces' }),
        page.locator('.font-mono.text-2xs, pre'),
      ];
      if (compared) {
        await expect(page).toHaveScreenshot(`${name}-${theme}.png`, { mask: dynamic, maxDiffPixelRatio: 0.01, animations: 'disabled' });
      } else {
        // What a picture would show first if it broke: colours of the theme, and a page that fills the screen and no more.
        const ground = await page.evaluate(
          () => getComputedStyle(document.body).getPropertyValue('color-scheme') || getComputedStyle(document.documentElement).colorScheme,
        );
        expect(ground).toBe(theme);
        const size = await page.evaluate(() => [document.documentElement.scrollWidth, document.documentElement.scrollHeight]);
        expect(size).toEqual([1280, 800]);
      }
    }
  });
}
