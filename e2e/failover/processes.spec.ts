/** Nodes that die and come while somebody works in the console: on processes of the test's own. */
import type { RealCluster } from '../cluster/cluster.ts';
import { until } from '../cluster/until.ts';
import { ClusterPage } from '../pages/cluster-page.ts';
import { EntryPage } from '../pages/entry-page.ts';
import { Shell } from '../pages/shell.ts';
import { expect, expectAccessible } from '../support/fixtures.ts';
import { testOnProcesses } from '../support/processes.ts';

const test = testOnProcesses({ nodes: 4, joining: 1 });

/** Longer than an election and than starting a node on a busy machine. */
const LONG = { timeout: 60_000 };

/** Starts a node that was killed, and waits until all are well. */
async function backAgain(processes: RealCluster, id: string): Promise<void> {
  const node = processes.node(id);
  if (!node.runs) node.start();
  await processes.ready([node]);
}

test('tells the fate of a save truly when the leader dies in the middle of it, and saves once', async ({
  as,
  api,
  processes,
  namespace,
}) => {
  test.slow();
  await api.client.config.put(namespace, 'limit', { value: 'old' });
  const [leader, follower] = [await api.leader(), await api.follower()];
  const page = await as('editor', { node: follower });
  const entry = new EntryPage(page);
  await entry.open(namespace, 'limit');
  await entry.replaceValue('new');
  try {
    // The save is on its way when its leader is gone.
    await page.route(
      '**/config/limit',
      async (route) => {
        const sent = route.continue();
        await processes.node(leader).kill();
        await sent;
      },
      { times: 1 },
    );
    await entry.reviewAndSave('Through the death of the leader');
    const again = entry.review.getByRole('button', { name: /Try again|Ask again/ });
    await expect(entry.committed.or(again)).toBeVisible(LONG);
    if (await again.isVisible()) {
      await expect(entry.review.getByRole('alert')).toContainText(
        /Not saved: the cluster has no leader now|not known whether this was saved/,
      );
      await expect(entry.review.getByRole('textbox', { name: 'As it will be' })).toHaveText('new');
      await again.click();
    }
    await expect(entry.committed).toBeVisible(LONG);
    await expect(new Shell(page).strip).toContainText('Degraded');
    await expect(entry.committed).toContainText('applied on 2 of 3 nodes');
  } finally {
    await backAgain(processes, leader);
  }
  await expect(entry.committed).toContainText('applied on 3 of 3 nodes', LONG);
  expect(await api.entry(namespace, 'limit')).toMatchObject({ value: 'new', revision: 2 });
});

test('loses nothing that is typed when the node of its page is killed, and goes on when that is back', async ({
  as,
  api,
  processes,
  namespace,
}) => {
  test.slow();
  await api.client.config.put(namespace, 'limit', { value: 'old' });
  const leader = await api.leader();
  const page = await as('editor', { node: leader });
  const entry = new EntryPage(page);
  const shell = new Shell(page);
  await entry.open(namespace, 'limit');
  await entry.replaceValue('typed before');
  await expect(shell.strip).toContainText('live');
  try {
    await processes.node(leader).kill();
    await expect(shell.strip).toContainText('stream lost', LONG);
    await entry.editor.click();
    await page.keyboard.press('ControlOrMeta+End');
    await page.keyboard.insertText(' and while it was gone');
    await entry.reviewAndSave();
    // No answer at all: whether it was heard cannot be known here, and that is what is said.
    await expect(entry.review.getByRole('alert')).toContainText('not known whether this was saved', LONG);
    await expect(entry.review.getByRole('textbox', { name: 'As it will be' })).toContainText('typed before and while it was gone');
  } finally {
    await backAgain(processes, leader);
  }
  await expect(shell.strip).toContainText('live', LONG);
  await entry.review.getByRole('button', { name: 'Ask again' }).click();
  await expect(entry.committed).toBeVisible(LONG);
  expect(await api.entry(namespace, 'limit')).toMatchObject({
    value: 'typed before and while it was gone',
    revision: 2,
  });
});

test('lets a node in, gives it a new disk, and removes it for good', async ({ as, processes }) => {
  test.slow();
  const { id, url, spec } = processes.node('n4');
  const page = await as('admin');
  const cluster = new ClusterPage(page);
  await cluster.open();

  await cluster.addNode.click();
  await cluster.dialog.getByRole('button', { name: 'Add it' }).click();
  await expect(cluster.dialog.getByRole('alert')).toHaveCount(3);
  await cluster.dialog.getByRole('textbox', { name: 'Name', exact: true }).fill('n1');
  await cluster.dialog.getByRole('textbox', { name: 'Peer address' }).fill(spec.peer);
  await cluster.dialog.getByRole('textbox', { name: 'Public address' }).fill(`${url}/`);
  await page.keyboard.press('Enter');
  await expect(cluster.dialog.getByRole('alert')).toHaveText('n1 is a member already.');
  await cluster.dialog.getByRole('textbox', { name: 'Name', exact: true }).fill(id);
  await expectAccessible(page, 'dialog');
  await page.keyboard.press('Enter');
  await expect(cluster.dialog).toContainText(`--id ${id} `);
  await expect(cluster.dialog).toContainText(`--join ${processes.node('n1').url}`);
  await expectAccessible(page, 'dialog');
  await cluster.dialog.getByRole('button', { name: 'Close' }).last().click();

  // The page goes on showing how far it is, and the vote ends that.
  await expect(cluster.progress(id)).toContainText('Start it with an empty data directory');
  processes.node(id).start();
  await expect(cluster.progress(id)).toHaveCount(0, LONG);
  await expect(cluster.replica(id)).toContainText('follower', LONG);
  await expect(cluster.verdict('Healthy')).toBeVisible(LONG);

  // Its disk is lost: it is awaited under its own name, and comes back.
  await processes.node(id).kill();
  await processes.node(id).wipe();
  await expect(cluster.verdict('Degraded')).toContainText(`Node ${id} does not answer`, LONG);
  await cluster.replaceNode(id).click();
  await expect(cluster.dialog.getByRole('radio', { name: /^The same node with an empty disk/ })).toBeChecked();
  await expect(cluster.dialog).toContainText('must never be started again');
  await expectAccessible(page, 'dialog');
  await cluster.dialog.getByRole('button', { name: 'Replace it' }).click();
  await expect(cluster.dialog).toContainText(`--id ${id} `);
  processes.node(id).start();
  // The dialog follows it to the end as well.
  await expect(cluster.dialog.getByRole('listitem').last()).toContainText('done', LONG);
  await cluster.dialog.getByRole('button', { name: 'Close' }).last().click();
  await expect(cluster.verdict('Healthy')).toBeVisible(LONG);

  await cluster.removeNode(id).click();
  await expect(cluster.dialog).toContainText('3 voters stay, and 1 of them may fail');
  await expect(cluster.dialog.getByRole('button', { name: 'Remove it' })).toHaveAttribute('aria-disabled', 'true');
  await cluster.dialog.getByRole('textbox', { name: `Type ${id} to confirm` }).fill(id);
  await expectAccessible(page, 'dialog');
  await cluster.dialog.getByRole('button', { name: 'Remove it' }).click();
  await expect(cluster.dialog).toHaveCount(0, LONG);
  await expect(cluster.replica(id)).toHaveCount(0, LONG);
  expect((await processes.node(id).ended()).code).toBe(6);
  await until('three vote', async () => (await processes.voters(processes.node('n1'))).join() === 'n1,n2,n3');
});

test('offers no change of the members to those who may not make one', async ({ as }) => {
  const page = await as('editor');
  const cluster = new ClusterPage(page);
  await cluster.open();
  await expect(cluster.table('Nodes')).toContainText('n1');
  await expect(cluster.addNode).toHaveCount(0);
  await expect(cluster.removeNode('n1')).toHaveCount(0);
});
