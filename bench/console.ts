/**
 * `npm run bench:console`: the console's budgets, on a production build and a real cluster: JavaScript of the first load of an entry
 * list, a table of 50 000 entries, and what a satisfied token costs a page.
 */
import { gzipSync } from 'node:zlib';
import type { Browser, Page } from '@playwright/test';
import { chromium } from '@playwright/test';
import { paths } from '../components/paths.ts';
import { Cluster } from '../e2e/support/cluster.ts';
import { createClient } from '../lib/client/create-client.ts';
import type { ConfmanClient } from '../lib/client/create-client.ts';
import { ensureBuilt, PARTS } from '../scripts/build.mjs';
import { systemChromium } from '../scripts/browser.mjs';
import { spreadOf } from './stats.ts';

const ENTRIES = 50_000;
const BATCH = 128;
const NAMESPACE = 'bench/many';
const SMALL = 'bench/few';
const SERVER_ROUNDS = 40;

interface Finding {
  readonly what: string;
  readonly value: string;
  readonly budget: string;
  readonly holds: boolean;
}

async function fill(client: ConfmanClient): Promise<void> {
  for (let from = 0; from < ENTRIES; from += BATCH) {
    const operations = Array.from({ length: Math.min(BATCH, ENTRIES - from) }, (_, at) => {
      const number = from + at;
      return { op: 'put' as const, key: `service-${number % 500}/setting-${number}`, value: String(number), type: 'number' as const };
    });
    await client.config.batch(NAMESPACE, { operations });
  }
  for (let at = 0; at < 20; at += 1) await client.config.put(SMALL, `key-${at}`, { value: 'x' });
}

async function signedIn(browser: Browser, url: string, key: string): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  const answer = await context.request.post(`${url}/api/v1/session`, { data: { key }, headers: { origin: url } });
  if (answer.status() !== 200) throw new Error(`signing in answered ${answer.status()}`);
  return context.newPage();
}

/** What the browser gets before anybody touches the page. */
async function firstLoad(page: Page, url: string): Promise<Finding> {
  const sizes: Promise<number>[] = [];
  page.on('response', (response) => {
    if (response.request().resourceType() === 'script') sizes.push(response.body().then((body) => gzipSync(body).length));
  });
  await page.goto(`${url}${paths.namespace(SMALL)}`, { waitUntil: 'networkidle' }).catch(() => undefined);
  const kilobytes = (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0) / 1000;
  return {
    what: 'first-load JavaScript of an entry list, gzip',
    value: `${kilobytes.toFixed(1)} kB`,
    budget: '200 kB',
    holds: kilobytes <= 200,
  };
}

/** Scrolls through the whole table and filters it, and looks for what held the page up. */
async function largeTable(page: Page, url: string): Promise<readonly Finding[]> {
  await page.goto(`${url}${paths.namespace(NAMESPACE)}`);
  // A filter has every key fetched; what is measured comes after that.
  await page.getByRole('searchbox', { name: 'Filter keys' }).fill('setting');
  await page.getByText(`${ENTRIES.toLocaleString('en')} entries`, { exact: true }).waitFor({ timeout: 120_000 });
  await page.getByText(/more are coming/).waitFor({ state: 'detached', timeout: 120_000 });
  const scrolled = await page.evaluate(async () => {
    const tasks: number[] = [];
    const observer = new PerformanceObserver((list) => tasks.push(...list.getEntries().map(({ duration }) => duration)));
    observer.observe({ entryTypes: ['longtask'] });
    const scroller = document.querySelector('table')?.parentElement;
    if (scroller === null || scroller === undefined) throw new Error('there is no table');
    for (let step = 0; step < 120; step += 1) {
      scroller.scrollTop += scroller.scrollHeight / 120;
      await new Promise((resolve) => requestAnimationFrame(resolve));
    }
    await new Promise((resolve) => setTimeout(resolve, 200));
    observer.disconnect();
    return Math.max(0, ...tasks);
  });
  const filtered = await page.evaluate(async () => {
    const field = document.querySelector<HTMLInputElement>('main input[type=search]');
    if (field === null) throw new Error('there is no filter');
    // oxlint-disable-next-line typescript/unbound-method -- it is called with the field as its `this`
    const set = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value')?.set;
    const startedMs = performance.now();
    set?.call(field, 'setting-4999');
    field.dispatchEvent(new Event('input', { bubbles: true }));
    while (!/^1?\d of /.test(document.querySelector('main output')?.textContent ?? ''))
      await new Promise((resolve) => requestAnimationFrame(resolve));
    return performance.now() - startedMs;
  });
  return [
    { what: 'longest task while scrolling 50 000 rows', value: `${scrolled.toFixed(0)} ms`, budget: '50 ms', holds: scrolled <= 50 },
    { what: 'filtering 50 000 rows, until it shows', value: `${filtered.toFixed(0)} ms`, budget: '100 ms', holds: filtered <= 100 },
  ];
}

/** The same page with the token of a write that the node has applied, and without one, in turns. */
async function tokenCost(page: Page, url: string, client: ConfmanClient): Promise<Finding> {
  const { token } = (await client.config.put(SMALL, 'token', { value: 'x' })).meta;
  if (token === null) throw new Error('a write has a token');
  const cookies = await page.context().cookies(url);
  const session = cookies.filter(({ name }) => name.includes('session')).map(({ name, value }) => `${name}=${value}`);
  const clusterId = token.slice(0, token.indexOf('.'));
  const held = [...session, `confman_token_${clusterId}=${encodeURIComponent(token)}`];
  const times: Record<'with' | 'without', number[]> = { with: [], without: [] };
  for (let round = 0; round < SERVER_ROUNDS; round += 1) {
    for (const kind of ['with', 'without'] as const) {
      const startedMs = performance.now();
      const answer = await fetch(`${url}${paths.namespace(SMALL)}`, { headers: { cookie: (kind === 'with' ? held : session).join('; ') } });
      await answer.text();
      times[kind].push(performance.now() - startedMs);
    }
  }
  const without = spreadOf(times.without).median;
  const cost = spreadOf(times.with).median - without;
  return {
    what: `server time of a page with a satisfied token, beyond ${without.toFixed(1)} ms without`,
    value: `${cost.toFixed(1)} ms`,
    budget: '5 ms',
    holds: cost <= 5,
  };
}

await ensureBuilt(PARTS);
const cluster = await Cluster.start();
const executablePath = systemChromium();
const browser = await chromium.launch({ args: ['--no-sandbox'], ...(executablePath === null ? {} : { executablePath }) });
try {
  const { url } = cluster.node('n1');
  const client = createClient({ endpoints: [url], key: cluster.adminKey });
  await fill(client);
  const page = await signedIn(browser, url, cluster.adminKey);
  const findings = [await firstLoad(page, url), ...(await largeTable(page, url)), await tokenCost(page, url, client)];
  for (const { what, value, budget, holds } of findings)
    process.stdout.write(`${holds ? 'ok  ' : 'OVER'}  ${what}: ${value} (budget ${budget})\n`);
  if (findings.some(({ holds }) => !holds)) process.exitCode = 1;
} finally {
  await browser.close();
  await cluster.stop();
}
