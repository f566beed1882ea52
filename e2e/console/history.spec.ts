import { paths } from '../../components/paths.ts';
import { EntryPage } from '../pages/entry-page.ts';
import { HistoryPage } from '../pages/history-page.ts';
import { expect, test } from '../support/fixtures.ts';

test('compares any two revisions, and restores one after saying what it will do', async ({ as, api, namespace }) => {
  const { config } = api.client;
  await config.put(namespace, 'limits', { value: '{\n  "max": 1\n}\n', type: 'json', message: 'First' });
  await config.put(namespace, 'limits', { value: '{\n  "max": 2\n}\n', message: 'Doubled' });
  await config.put(namespace, 'limits', { value: 'three', type: 'text', message: 'Broke it' });
  const page = await as('editor');
  const history = new HistoryPage(page);
  await history.open(namespace, 'limits');
  await expect(history.timeline.getByRole('listitem')).toHaveCount(3);
  await expect(history.timeline).toContainText('via client library');
  await expect(history.timeline).toContainText('This is the whole history');
  await expect(history.side('Revision 2')).toContainText('"max": 2');
  await expect(history.side('Revision 3')).toHaveText('three');
  await expect(history.comparison).toContainText('The type changed from JSON to Text');

  await history.comparison.getByRole('combobox', { name: 'Compare' }).selectOption('Revision 3');
  await history.comparison.getByRole('combobox', { name: 'with' }).selectOption('Revision 1');
  await expect(page).toHaveURL(/from=3&to=1$/);
  await expect(history.side('Revision 1')).toContainText('"max": 1');
  await page.reload();
  await expect(history.side('Revision 1')).toContainText('"max": 1');

  await history.restoreButton.click();
  await expect(history.dialog).toContainText('Revision 1’s value becomes revision 4, type JSON');
  await history.message.fill('Back to the first');
  await history.submit.click();
  await expect(history.timeline.getByRole('listitem').first()).toContainText('Back to the first');
  await expect(history.timeline.getByRole('listitem').first()).toContainText('via console');
  expect((await config.get(namespace, 'limits')).data).toMatchObject({ revision: 4, type: 'json', message: 'Back to the first' });
});

test('restores nothing over a change that somebody made in between, and shows it', async ({ as, api, namespace }) => {
  const { config } = api.client;
  await config.put(namespace, 'shared', { value: 'one' });
  await config.put(namespace, 'shared', { value: 'two' });
  const page = await as('editor');
  const history = new HistoryPage(page);
  await history.open(namespace, 'shared');
  await history.revision(1).click();
  await page.route(
    '**/restore',
    async (route) => {
      await config.put(namespace, 'shared', { value: 'theirs' });
      await route.continue();
    },
    { times: 1 },
  );
  await history.restoreButton.click();
  await history.submit.click();
  await expect(history.dialog.getByRole('alert')).toContainText('Somebody changed this key in between');
  await expect(history.dialog).toContainText('becomes revision 4');
  await expect(history.dialog.getByRole('textbox', { name: 'As it is, revision 3' })).toHaveText('theirs');
  expect((await config.get(namespace, 'shared')).data.value).toBe('theirs');
  await history.submit.click();
  await expect(history.dialog).toHaveCount(0);
  expect((await config.get(namespace, 'shared')).data.value).toBe('one');
});

test('finds a deleted key and brings it back', async ({ as, api, namespace }) => {
  const { config } = api.client;
  await config.put(namespace, 'db/url', { value: 'postgres://one', message: 'First' });
  await config.put(namespace, 'kept', { value: 'x' });
  await config.delete(namespace, 'db/url');
  const page = await as('editor');
  const history = new HistoryPage(page);
  await page.goto(new URL(paths.deleted(namespace), page.url()).href);
  await expect(page.getByText('1 deleted key', { exact: true })).toBeVisible();
  await page.getByRole('link', { name: 'db/url' }).click();
  await expect(page.getByText('This key is deleted, by admin')).toBeVisible();
  await history.restoreButton.click();
  await expect(history.dialog).toContainText('The key comes back: revision 1’s value becomes revision 3, type Text');
  await history.submit.click();
  await expect(history.timeline).toContainText('current');
  const entry = new EntryPage(page);
  await entry.open(namespace, 'db/url');
  await expect(entry.editor).toHaveText('postgres://one');
  await page.goto(new URL(paths.deleted(namespace), page.url()).href);
  await expect(page.getByRole('heading', { name: 'Nothing is deleted here' })).toBeVisible();
});

test('pages through a long history, and names the oldest that is kept', async ({ as, api, namespace }) => {
  for (let at = 1; at <= 105; at += 1) await api.client.config.put(namespace, 'counter', { value: String(at), type: 'number' });
  const page = await as('viewer');
  const history = new HistoryPage(page);
  await history.open(namespace, 'counter');
  await expect(history.timeline.getByRole('listitem')).toHaveCount(30);
  await expect(page.getByText('Your role is viewer, so you can compare')).toBeVisible();
  await expect(history.restoreButton).toHaveCount(0);
  const older = history.timeline.getByRole('button', { name: 'Show older revisions' });
  for (const count of [60, 90]) {
    await older.click();
    await expect(history.timeline.getByRole('listitem')).toHaveCount(count);
  }
  await older.click();
  await expect(older).toHaveCount(0);
  await expect(history.timeline).toContainText(/This is the whole history|Older revisions are no longer kept/);
  await history.revision(90).click();
  await expect(history.side('Revision 89')).toHaveText('89');
});

test('goes through revisions by keyboard', async ({ as, api, namespace }) => {
  for (const value of ['one', 'two', 'three']) await api.client.config.put(namespace, 'k', { value });
  const page = await as('editor');
  const history = new HistoryPage(page);
  await history.open(namespace, 'k');
  await history.revision(3).focus();
  await page.keyboard.press('ArrowDown');
  await expect(history.revision(2)).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(history.side('Revision 2')).toHaveText('two');
  await history.restoreButton.focus();
  await page.keyboard.press('Enter');
  await expect(history.message).toBeFocused();
  await page.keyboard.type('By keyboard');
  await page.keyboard.press('Enter');
  await expect(history.timeline.getByRole('listitem').first()).toContainText('By keyboard');
});
