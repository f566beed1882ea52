import { createClient } from '../../lib/client/create-client.ts';
import { paths } from '../../components/paths.ts';
import { expect, test } from '../support/fixtures.ts';
import { uniqueName } from '../support/names.ts';

test('creates a key whose secret is shown once and works, and revokes it by name', async ({ as, cluster }) => {
  const name = uniqueName();
  const page = await as('admin');
  await page.goto(new URL(paths.access, page.url()).href);
  const table = page.getByRole('table', { name: 'API keys' });
  await expect(table.getByRole('row').filter({ hasText: 'you' })).toContainText('e2e-admin');

  await page.getByRole('button', { name: 'New API key' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('button', { name: 'Create key' }).click();
  await expect(dialog.getByText('Enter a name.')).toBeVisible();
  await dialog.getByRole('textbox', { name: 'Name', exact: true }).fill(name);
  await dialog.getByRole('radio', { name: /^Editor/ }).check();
  await dialog.getByRole('textbox', { name: /^Only in these/ }).fill('teams//pay');
  await dialog.getByRole('button', { name: 'Create key' }).click();
  await expect(dialog.getByRole('alert')).toContainText('teams//pay');
  await dialog.getByRole('textbox', { name: /^Only in these/ }).fill('teams/pay\nteams/shop');
  await dialog.getByRole('combobox', { name: 'Expires' }).selectOption('in 30 days');
  await dialog.getByRole('button', { name: 'Create key' }).click();

  await expect(dialog).toContainText('It is never shown again');
  const secret = await dialog.getByRole('textbox', { name: 'Secret' }).inputValue();
  expect(secret).toMatch(/^confman_/);
  // It goes away only knowingly.
  await page.keyboard.press('Escape');
  await expect(dialog.getByRole('textbox', { name: 'Secret' })).toBeVisible();
  await expect(dialog.getByRole('button', { name: 'Done' })).toBeDisabled();
  await dialog.getByRole('checkbox').check();
  await dialog.getByRole('button', { name: 'Done' }).click();
  await expect(dialog).toHaveCount(0);
  expect(await page.content()).not.toContain(secret);

  const service = createClient({ endpoints: [cluster.node('n1').url], key: secret });
  expect((await service.signIn.whoAmI()).data).toMatchObject({ role: 'editor', scope: ['teams/pay', 'teams/shop'] });

  const row = table.getByRole('row').filter({ hasText: name });
  await expect(row).toContainText('teams/pay, teams/shop');
  await row.getByRole('button', { name: `Revoke ${name}` }).click();
  await expect(dialog).toContainText(`Revoke ${name}?`);
  await dialog.getByRole('button', { name: `Revoke ${name}` }).click();
  await expect(row).toHaveCount(0);
  await expect(service.signIn.whoAmI()).rejects.toMatchObject({ code: 'unauthenticated' });
  await page.getByRole('button', { name: /^Show .* revoked or expired/ }).click();
  await expect(row).toContainText('revoked');
});

test('explains to others why there is nothing for them, and what their own key may do', async ({ as }) => {
  for (const role of ['viewer', 'editor'] as const) {
    const page = await as(role);
    await page.goto(new URL(paths.access, page.url()).href);
    await expect(page.getByText('API keys are for administrators')).toBeVisible();
    await expect(page.getByRole('main')).toContainText(`e2e-${role}`);
    await expect(page.getByRole('button', { name: 'New API key' })).toHaveCount(0);
  }
});
