/**
 * Pictures of the console's main pages, light and dark, into docs/screenshots: `npm run screenshots`. Starts a cluster of its own with
 * sample data. `pages.ts` has one line per page. `--only NAME,NAME` takes some.
 */
import { mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Browser } from '@playwright/test';
import { chromium } from '@playwright/test';
import { systemChromium } from '../../scripts/browser.mjs';
import { Api } from '../support/api.ts';
import { Cluster } from '../support/cluster.ts';
import type { PicturedPage } from './pages.ts';
import { ON_A_PHONE, PAGES } from './pages.ts';
import { fill } from './sample-data.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const FOLDER = join(ROOT, 'docs', 'screenshots');
const SAMPLES = join(ROOT, '..', 'shared', 'data', 'configs');

const DESKTOP = { width: 1280, height: 800 };
const PHONE = { width: 390, height: 844 };
const FILE_BYTES_MAX = 200_000;
const ALL_BYTES_MAX = 4_000_000;

interface Picture {
  readonly page: PicturedPage;
  readonly file: string;
  readonly theme: 'light' | 'dark';
  readonly viewport: { readonly width: number; readonly height: number };
}

function pictures(only: readonly string[] | null): readonly Picture[] {
  const unknown = only?.find((name) => !PAGES.some((page) => page.name === name));
  if (unknown !== undefined) throw new Error(`there is no page ${unknown}; the pages are ${PAGES.map(({ name }) => name).join(', ')}`);
  const chosen = PAGES.filter(({ name }) => only === null || only.includes(name));
  return chosen.flatMap((page) => [
    { page, file: `${page.name}-light.png`, theme: 'light', viewport: DESKTOP },
    { page, file: `${page.name}-dark.png`, theme: 'dark', viewport: DESKTOP },
    ...(ON_A_PHONE.includes(page.name)
      ? [{ page, file: `${page.name}-phone.png`, theme: 'light', viewport: PHONE } satisfies Picture]
      : []),
  ]);
}

async function take(browser: Browser, cluster: Cluster, { page: { path, prepare }, file, theme, viewport }: Picture): Promise<void> {
  const { url } = cluster.node('n1');
  const context = await browser.newContext({ viewport, colorScheme: theme, reducedMotion: 'reduce', timezoneId: 'UTC', locale: 'en' });
  try {
    await context.request.post(`${url}/api/v1/session`, { data: { key: cluster.adminKey }, headers: { origin: url } });
    const page = await context.newPage();
    const answer = await page.goto(`${url}${path}`);
    if (answer?.status() !== 200) throw new Error(`${path} answers with ${answer?.status()}`);
    await page.getByText('live', { exact: true }).first().waitFor();
    await prepare?.(page);
    await page.evaluate(() => document.fonts.ready);
    await page.screenshot({ path: join(FOLDER, file), animations: 'disabled' });
  } finally {
    await context.close();
  }
}

function checkSizes(): void {
  const sizes = readdirSync(FOLDER).map((file) => ({ file, bytes: statSync(join(FOLDER, file)).size }));
  const tooLarge = sizes.filter(({ bytes }) => bytes > FILE_BYTES_MAX);
  const all = sizes.reduce((sum, { bytes }) => sum + bytes, 0);
  console.log(`${sizes.length} pictures, ${(all / 1000).toFixed(0)} kB`);
  if (tooLarge.length > 0) throw new Error(`larger than ${FILE_BYTES_MAX} bytes: ${tooLarge.map(({ file }) => file).join(', ')}`);
  if (all > ALL_BYTES_MAX) throw new Error(`all pictures together have ${all} bytes, more than ${ALL_BYTES_MAX}`);
}

const { values } = parseArgs({ options: { only: { type: 'string' } } });
const wanted = pictures(values.only?.split(',') ?? null);
if (values.only === undefined) rmSync(FOLDER, { recursive: true, force: true });
mkdirSync(FOLDER, { recursive: true });
const executablePath = systemChromium();
const cluster = await Cluster.start();
const browser = await chromium.launch({
  args: ['--no-sandbox', '--disable-quic', '--disable-background-networking'],
  ...(executablePath === null ? {} : { executablePath }),
});
try {
  const { client } = new Api(cluster);
  await fill(client, SAMPLES);
  let page: PicturedPage | null = null;
  for (const picture of wanted) {
    if (picture.page !== page) await picture.page.setUp?.(client);
    ({ page } = picture);
    await take(browser, cluster, picture);
    console.log(picture.file);
  }
  checkSizes();
} finally {
  await browser.close();
  await cluster.stop();
}
