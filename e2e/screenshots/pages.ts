import type { Page } from '@playwright/test';
import { paths } from '../../components/paths.ts';
import type { ConfmanClient } from '../../lib/client/create-client.ts';
import { LabPage } from '../pages/lab-page.ts';
import { FEATURED, spreadOverGroups } from './sample-data.ts';

/** A page that is pictured: one line per page. */
export interface PicturedPage {
  /** File name, without theme and ending. */
  readonly name: string;
  readonly path: string;
  /** What the cluster needs for it; the pages after it see that too. */
  readonly setUp?: (client: ConfmanClient) => Promise<void>;
  /** Brings the page into the state that is worth a picture; without it, what is there after loading. */
  readonly prepare?: (page: Page) => Promise<void>;
}

const { namespace, key, deletedFrom } = FEATURED;

/** The main pages of the console. A page whose route answers 404 fails the run: what is named here exists. */
export const PAGES: readonly PicturedPage[] = [
  { name: 'configuration', path: paths.home },
  { name: 'entries', path: paths.namespace(namespace) },
  { name: 'entry', path: paths.entry(namespace, key), prepare: editorIsThere },
  { name: 'review', path: paths.entry(namespace, key), prepare: review },
  { name: 'history', path: paths.history(namespace, key, { from: 3, to: 5 }), prepare: editorIsThere },
  { name: 'restore', path: paths.history(namespace, key, { to: 3 }), prepare: restore },
  { name: 'deleted-keys', path: paths.deleted(deletedFrom) },
  { name: 'audit', path: `${paths.audit}?namespace=${encodeURIComponent(namespace.split('/')[0] ?? '')}`, prepare: openEvent },
  { name: 'cluster', path: paths.cluster },
  { name: 'lab', path: paths.lab, prepare: readOldValue },
  { name: 'access', path: paths.access },
  { name: 'api', path: `${paths.reference}?op=getEntry`, prepare: tryRequest },
  // The last: with groups, other pages look different.
  { name: 'shards', path: paths.shards(namespace), setUp: spreadOverGroups },
];

/** At this size too, in the light theme: what the same pages are on a phone. */
export const ON_A_PHONE: readonly string[] = ['entries', 'history', 'audit', 'cluster', 'shards'];

async function editorIsThere(page: Page): Promise<void> {
  await page.locator('.cm-content').first().waitFor();
}

async function review(page: Page): Promise<void> {
  await editorIsThere(page);
  await page.locator('.cm-content').first().click();
  await page.keyboard.press('ControlOrMeta+a');
  await page.keyboard.press('Delete');
  await page.keyboard.insertText('{\n  "perMinute": 900,\n  "burst": 60,\n  "regions": ["eu-west", "us-east", "ap-south"]\n}\n');
  await page.getByRole('button', { name: /^Review/ }).click();
  await page.getByRole('dialog').locator('.cm-content').first().waitFor();
}

async function restore(page: Page): Promise<void> {
  await page.getByRole('button', { name: /^Restore revision/ }).click();
  await page.getByRole('dialog').locator('.cm-content').first().waitFor();
}

async function openEvent(page: Page): Promise<void> {
  await page
    .getByRole('button', { name: new RegExp(`^Entry changed .* ${key}`) })
    .first()
    .click();
  await page.locator('.cm-content').first().waitFor();
}

/** What a token is for: the value of before, read at a node that is kept from applying. */
async function readOldValue(page: Page): Promise<void> {
  const lab = new LabPage(page);
  const reader = await page.getByLabel('Then read on', { exact: true }).inputValue();
  const writer = await page.getByLabel('Write on', { exact: true }).inputValue();
  await lab.plan(writer, reader, 'read-your-writes');
  await lab.run.click();
  await lab.verdict('The read shows what was just written').waitFor();
  await lab.hold(reader).click();
  await lab.plan(writer, reader, 'eventual');
  await lab.run.click();
  await lab.verdict('The read shows an old value').waitFor();
  await lab.undoAll.click();
  await page.getByRole('heading', { name: 'What happened' }).evaluate((heading) => heading.scrollIntoView({ block: 'start' }));
}

async function tryRequest(page: Page): Promise<void> {
  await page.getByRole('textbox', { name: 'namespace', exact: true }).fill(namespace);
  await page.getByRole('textbox', { name: 'key', exact: true }).fill(key);
  await page.getByRole('button', { name: 'Send', exact: true }).click();
  await page.getByText('200 OK').waitFor();
}
