import { LabPage } from '../pages/lab-page.ts';
import { Shell } from '../pages/shell.ts';
import { expect, expectAccessible, test } from '../support/fixtures.ts';
import { LOOKS } from '../support/looks.ts';

test('shows what each mode does on a follower whose applying is held', async ({ as, api }) => {
  test.slow();
  const [follower, leader] = [await api.follower(), await api.leader()];
  const page = await as('admin', { node: leader });
  const lab = new LabPage(page);
  await lab.open();
  await lab.plan(leader, follower, 'read-your-writes');
  await lab.run.click();
  await expect(lab.verdict('The read shows what was just written')).toBeVisible();
  await expect(lab.diagram).toBeVisible();
  try {
    await lab.hold(follower).click();
    await expect(lab.hold(follower)).toBeChecked();

    await lab.plan(leader, follower, 'eventual');
    await lab.run.click();
    await expect(lab.verdict('The read shows an old value')).toContainText('answered at once with what it had');
    await lab.openSteps();
    await expect(lab.steps.filter({ hasText: 'not applied yet' })).toHaveCount(1);

    // Waits, says for what, and ends when it is let go.
    await lab.plan(leader, follower, 'read-your-writes');
    await lab.run.click();
    await expect(lab.waiting).toContainText(follower);
    await lab.release(follower).click();
    await expect(lab.verdict('The read shows what was just written')).toContainText('until it had applied your write');

    // Held again, the leader answers in its place: right, and never old.
    await lab.hold(follower).click();
    await expect(lab.hold(follower)).toBeChecked();
    await lab.plan(leader, follower, 'linearizable');
    await expect(page.getByLabel(/of waiting in vain/).getByRole('option', { name: /^the leader answers/ })).toBeDisabled();
    const there = await as('admin', { node: follower, context: page.context() });
    const labThere = new LabPage(there);
    await labThere.open();
    await labThere.plan(leader, follower, 'linearizable');
    await there.getByLabel(/of waiting in vain/).selectOption('forward');
    await labThere.run.click();
    await expect(labThere.verdict('The read shows what was just written')).toContainText(`${leader}, the leader, answered in its place`, {
      timeout: 30_000,
    });
  } finally {
    await api.holdApply(follower, false);
  }
});

test('cuts a node off and takes it back, from the page', async ({ as, api }) => {
  const [follower, leader] = [await api.follower(), await api.leader()];
  const page = await as('admin', { node: leader });
  const lab = new LabPage(page);
  await lab.open();
  try {
    await lab.cut(follower).click();
    await expect(new Shell(page).strip).toContainText('Degraded', { timeout: 30_000 });
    await expect(lab.cut(follower)).toBeChecked();
    await lab.undoAll.click();
    await expect(new Shell(page).strip).toContainText('Healthy', { timeout: 30_000 });
    await expect(lab.cut(follower)).not.toBeChecked();
  } finally {
    await api.cutAll(false);
  }
});

test('tells a viewer why the experiment is not for him, and everybody may look', async ({ as }) => {
  const page = await as('viewer');
  const lab = new LabPage(page);
  await lab.open();
  await expect(page.getByText('You can look, but not run it')).toBeVisible();
  await expect(lab.run).toHaveAttribute('aria-disabled', 'true');
  await expect(page.getByText('needs an admin key')).toBeVisible();
});

test('runs by keyboard alone, and is cleaned up from the page', async ({ as, api }) => {
  const page = await as('admin');
  const lab = new LabPage(page);
  await lab.open();
  await expect(lab.run).toBeEnabled();
  await page.keyboard.press('Control+Enter');
  await expect(lab.verdict('The read shows what was just written')).toBeVisible();
  await page.getByRole('button', { name: 'Delete that namespace' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Delete that namespace' }).click();
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await expect(api.client.namespaces.get('confman/lab', { consistency: 'linearizable' })).rejects.toMatchObject({
    code: 'namespace-not-found',
  });
});

for (const { theme, viewport } of LOOKS)
  test(`can be used by everybody, ${theme.toLowerCase()}, ${viewport.width} wide`, async ({ as }) => {
    test.slow();
    const page = await as('admin');
    await page.setViewportSize(viewport);
    await new Shell(page).chooseTheme(theme);
    const lab = new LabPage(page);
    await lab.open();
    await lab.run.click();
    await expect(lab.diagram).toBeVisible();
    await lab.openSteps();
    await expectAccessible(page);
    expect(await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)).toBe(0);
  });
