import { Shell } from '../pages/shell.ts';
import { SignInPage } from '../pages/sign-in-page.ts';
import { expect, expectAccessible, test } from '../support/fixtures.ts';

test('leads to signing in, refuses a wrong key, and goes on to the page that was asked for', async ({ page, cluster, api, namespace }) => {
  await api.client.config.put(namespace, 'greeting', { value: 'hello' });
  const { url } = cluster.node('n1');
  const signIn = new SignInPage(page);

  await page.goto(`${url}/ns/${encodeURIComponent(namespace)}`);
  await expect(signIn.key).toBeFocused();
  await expectAccessible(page);

  await signIn.signIn('confman_this-is-no-key-of-this-cluster');
  await expect(signIn.error).toContainText('does not know that key');

  await signIn.signIn(cluster.adminKey);
  await expect(page.getByRole('heading', { level: 1, name: namespace })).toBeVisible();
});

test('asks for a key before it sends anything', async ({ page, cluster }) => {
  await page.goto(`${cluster.node('n1').url}/sign-in`);
  const signIn = new SignInPage(page);
  await signIn.submit.click();
  await expect(signIn.error).toContainText('Enter an API key');
});

test('does not lead to other sites after signing in', async ({ page, cluster }) => {
  const { url } = cluster.node('n1');
  await page.goto(`${url}/sign-in?next=${encodeURIComponent('//example.com/')}`);
  await new SignInPage(page).signIn(cluster.adminKey);
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
  expect(new URL(page.url()).origin).toBe(url);
});

test('signs out', async ({ as }) => {
  const page = await as('viewer');
  await new Shell(page).signOut();
  await expect(new SignInPage(page).key).toBeVisible();
  await page.goto(new URL('/', page.url()).href);
  await expect(new SignInPage(page).key).toBeVisible();
});
