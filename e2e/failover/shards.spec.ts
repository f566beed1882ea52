/** Groups and moves from the page, in the order of a working day: on processes of the test's own, because groups stay. */
import type { Page } from '@playwright/test';
import { paths } from '../../components/paths.ts';
import { AuditPage } from '../pages/audit-page.ts';
import { ClusterPage } from '../pages/cluster-page.ts';
import { EntryPage } from '../pages/entry-page.ts';
import { ShardsPage } from '../pages/shards-page.ts';
import { Shell } from '../pages/shell.ts';
import { expect, expectAccessible } from '../support/fixtures.ts';
import { LOOKS } from '../support/looks.ts';
import { testOnProcesses } from '../support/processes.ts';

const test = testOnProcesses({ nodes: 3 });

/** A move on a busy machine. */
const LONG = { timeout: 60_000 };
const [NAMESPACE, OTHER] = ['teams/payments/prod', 'web/prod'];

test.describe.configure({ mode: 'serial' });

async function expectUsable(page: Page, within?: 'dialog'): Promise<void> {
  await expectAccessible(page, within);
  expect(await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)).toBe(0);
}

test('says what groups are for while there is one, and creates one after showing the plan', async ({ as, api }) => {
  await api.client.config.put(NAMESPACE, 'limit', { value: 'old' });
  await api.client.config.put(OTHER, 'banner', { value: 'hello' });
  const page = await as('admin');
  const shards = new ShardsPage(page);
  await shards.open();
  await expect(page.getByRole('heading', { name: 'One group keeps everything' })).toBeVisible();
  await expectUsable(page);
  await shards.button('Create the first group').click();
  await shards.dialog.getByRole('textbox', { name: 'Name' }).fill('Payments');
  await shards.confirm('Show the plan');
  await expect(shards.dialog.getByRole('alert')).toContainText('A lower-case letter');
  await shards.dialog.getByRole('textbox', { name: 'Name' }).fill('payments');
  await page.keyboard.press('Enter');
  await expect(shards.plan).toContainText('No data has to move');
  await expectUsable(page, 'dialog');
  await shards.confirm('Create it');
  await expect(shards.group('payments')).toContainText('active', LONG);
  await expect(shards.group('payments')).toContainText(/n[123]/, LONG);
  await expect(shards.group('default')).toContainText('256 of 256');
});

test('moves a prefix with its plan first, and shows it done with its fence', async ({ as, api }) => {
  const page = await as('admin');
  const editing = await as('editor', { node: 'n2' });
  const shards = new ShardsPage(page);
  const entry = new EntryPage(editing);
  await entry.open(NAMESPACE, 'limit');
  await entry.replaceValue('typed before the move');
  await shards.open(NAMESPACE);
  await expect(page.getByText(/it falls into partition \d+/)).toBeVisible();
  await shards.button('Route a prefix').click();
  await shards.dialog.getByRole('textbox', { name: 'Prefix' }).fill('/teams/payments/*');
  await shards.dialog.getByRole('combobox', { name: 'To the group' }).selectOption('payments');
  await shards.confirm('Show the plan');
  await expect(shards.plan).toContainText('teams/payments and below');
  await expect(shards.plan).toContainText('1 namespace, 1 entry, 1 revision');
  await shards.confirm('Route it');
  await expect(shards.done.getByRole('row', { name: /default.*payments.*ms$/ })).toBeVisible(LONG);
  await expect(shards.moves).toHaveCount(0);
  await expect(shards.route('teams/payments')).toContainText('payments');
  await expect(page.getByText('The route teams/payments covers it.')).toBeVisible();

  // What was typed meanwhile is saved where the entry lives now.
  await entry.reviewAndSave();
  await expect(entry.committed).toContainText(/payments=.*applied on 3 of 3 nodes/, LONG);
  expect(await api.entry(NAMESPACE, 'limit')).toMatchObject({ value: 'typed before the move', revision: 2 });
});

test('picks partitions by keyboard, moves them, and spreads all of them evenly', async ({ as }) => {
  const page = await as('admin');
  const shards = new ShardsPage(page);
  await shards.open();
  await shards.partition(0).focus();
  await page.keyboard.press('Space');
  for (let step = 0; step < 3; step += 1) await page.keyboard.press('Shift+ArrowRight');
  await expect(page.getByText('4 partitions picked')).toBeVisible();
  await shards.button('Move partitions').click();
  await expect(shards.dialog.getByRole('textbox', { name: 'Partitions' })).toHaveValue('0–3');
  await shards.dialog.getByRole('combobox', { name: 'To the group' }).selectOption('payments');
  await shards.confirm('Show the plan');
  await expect(shards.plan).toContainText('4 partitions: 0–3');
  await shards.confirm('Move them');
  await expect(shards.partitionsOf('payments')).toHaveCount(4, LONG);
  await expect(shards.moves).toHaveCount(0, LONG);
  await shards.button('Rebalance').click();
  await expect(shards.plan).toContainText('124 partitions');
  await shards.confirm('Rebalance');
  await expect(shards.partitionsOf('payments')).toHaveCount(128, LONG);
  await expect(shards.moves).toHaveCount(0, LONG);
  await shards.button('Rebalance').click();
  await expect(shards.dialog).toContainText('spread evenly already');
  await expect(shards.dialog.getByRole('button', { name: 'Rebalance' })).toHaveAttribute('aria-disabled', 'true');
});

test('lets a viewer look and nothing else, and has all groups on the pages of cluster and audit', async ({ as, api }) => {
  const page = await as('viewer');
  const shards = new ShardsPage(page);
  await shards.open();
  await expect(page.getByText('Groups and routes are changed with an admin key')).toBeVisible();
  await expect(shards.group('payments')).toContainText('128 of 256');
  for (const name of ['Create a group', 'Rebalance', 'Move partitions', 'Route a prefix', 'Retire payments'])
    await expect(shards.button(name)).toHaveCount(0);
  await shards.lookUp(OTHER);
  const { data: place } = await api.client.shards.placement(OTHER);
  await expect(page.getByText(`it falls into partition ${place.partition}`)).toBeVisible();
  await expect(shards.partition(place.partition)).toHaveAccessibleName(new RegExp(`: ${place.group}$`));

  const cluster = new ClusterPage(page);
  await cluster.open();
  await expect(cluster.table('Raft groups').getByRole('row', { name: /^Show the group payments/ })).toContainText(/up to date/);
  await page.getByRole('button', { name: 'Show the group payments' }).click();
  await expect(cluster.picture).toHaveAccessibleName(/^Picture of group payments: n[123] leads/);
  await expectUsable(page);

  const audit = new AuditPage(page);
  await audit.open();
  await expect(page.getByText('all 2 groups in the order of their clock')).toBeVisible();
  await expect(page.getByRole('row', { name: /Range taken over.*payments/ }).first()).toBeVisible();
});

test('says which group did not answer instead of an audit with holes, and which cannot be saved in', async ({ as, api, processes }) => {
  test.slow();
  // A group with one replica: with its node away it is gone, and the others go on.
  await api.client.shards.createGroup({ id: 'lonely', members: ['n3'] });
  const page = await as('viewer');
  const shell = new Shell(page);
  const cluster = new ClusterPage(page);
  await cluster.open();
  await expect(cluster.table('Raft groups').getByRole('row', { name: /^Show the group lonely n3/ })).toBeVisible(LONG);
  await processes.node('n3').kill();
  try {
    await expect(cluster.verdict('Unavailable')).toContainText('Nothing in the group lonely can be saved now', LONG);
    await expect(shell.strip).toContainText('Unavailable in lonely');
    await page.goto(new URL(paths.audit, page.url()).href);
    await expect(page.getByText('no replica of the group lonely')).toBeVisible(LONG);
    await expect(page.getByRole('table', { name: 'Audit events' })).toHaveCount(0);
  } finally {
    processes.node('n3').start();
  }
  await expect(page.getByRole('table', { name: 'Audit events' })).toBeVisible(LONG);
  await expect(shell.strip).toContainText('Healthy', LONG);
});

test('retires a group by its typed name once nothing leads to it', async ({ as }) => {
  const page = await as('admin');
  const shards = new ShardsPage(page);
  await shards.open();
  await expect(shards.group('payments')).toContainText('in use: 128 partitions, 1 route');
  await shards.button('Retire lonely').click();
  await shards.dialog.getByRole('textbox', { name: 'Type lonely to confirm' }).fill('lonely');
  await shards.confirm('Retire it');
  await expect(shards.group('lonely').or(page.getByText('Ended: lonely'))).toContainText(/retiring|Ended/, LONG);
});

for (const { theme, viewport } of LOOKS) {
  test(`has a page of shards that everybody can use, ${theme.toLowerCase()}, ${viewport.width} px wide`, async ({ as }) => {
    const page = await as('admin');
    await page.setViewportSize(viewport);
    await new Shell(page).chooseTheme(theme);
    const shards = new ShardsPage(page);
    await shards.open(NAMESPACE);
    await expect(page.getByText('The route teams/payments covers it.')).toBeVisible();
    await expect(shards.map).toBeVisible();
    await expectUsable(page);
    await shards.button('Move partitions').click();
    await expect(shards.dialog).toBeVisible();
    await expectUsable(page, 'dialog');
  });
}
