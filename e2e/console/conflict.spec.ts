import { EntryPage } from '../pages/entry-page.ts';
import { expect, expectAccessible, test } from '../support/fixtures.ts';

const base = '{\n  "name": "shop",\n  "limits": {\n    "max": 10,\n    "burst": 5\n  },\n  "region": "eu",\n  "debug": false\n}\n';

test('merges two people who edit the same entry in different places', async ({ as, api, namespace }) => {
  // Two browsers, and each goes through the whole way.
  test.slow();
  await api.client.config.put(namespace, 'service', { value: base, type: 'json' });
  const first = new EntryPage(await as('editor'));
  const second = new EntryPage(await as('admin'));
  await first.open(namespace, 'service');
  await second.open(namespace, 'service');
  await first.replaceValue(base.replace('"shop"', '"shop-eu"'));
  await second.replaceValue(base.replace('"debug": false', '"debug": true'));

  await second.reviewAndSave('Looking for the leak');
  await expect(second.committed).toBeVisible();

  await expect(first.page.getByText(/Somebody saved this entry in between/)).toBeVisible();
  await first.page.getByRole('button', { name: 'Compare and merge' }).click();
  await expect(first.review).toContainText('Both changes fit together');
  await expect(first.review).toContainText('“Looking for the leak”');
  await expect(first.mergeResult).toContainText('"shop-eu"');
  await expect(first.mergeResult).toContainText('"debug": true');
  await expectAccessible(first.page, 'dialog');
  await first.saveResult.click();
  await expect(first.committed).toBeVisible();

  const merged = base.replace('"shop"', '"shop-eu"').replace('"debug": false', '"debug": true');
  expect((await api.entry(namespace, 'service')).value).toBe(merged);
  await expect(second.editor).toContainText('"shop-eu"');
});

test('lets each place that both have changed be chosen, and the result be edited', async ({ as, api, namespace }) => {
  test.slow();
  await api.client.config.put(namespace, 'service', { value: base, type: 'json' });
  const page = await as('editor');
  const entry = new EntryPage(page);
  await entry.open(namespace, 'service');
  await entry.replaceValue(base.replace('"max": 10', '"max": 20').replace('"region": "eu"', '"region": "us"'));
  await api.client.config.put(namespace, 'service', {
    value: base.replace('"max": 10', '"max": 30').replace('"region": "eu"', '"region": "ap"'),
    type: 'json',
  });
  await expect(page.getByText(/Somebody saved this entry in between/)).toBeVisible();
  // The shortcut leads to the merge as well.
  await entry.editor.click();
  await page.keyboard.press('ControlOrMeta+s');
  await expect(entry.review).toContainText('2 places were changed by both');
  await expect(entry.saveResult).toBeDisabled();

  await entry.review.getByRole('group', { name: 'Place 1 of 2' }).getByRole('radio', { name: 'Theirs', exact: true }).check();
  await entry.review.getByRole('group', { name: 'Place 2 of 2' }).getByRole('radio', { name: 'Mine', exact: true }).check();
  await expect(entry.mergeResult).toContainText('"max": 30');
  await expect(entry.mergeResult).toContainText('"region": "us"');
  await expectAccessible(page, 'dialog');

  await entry.mergeResult.click();
  await page.keyboard.press('ControlOrMeta+End');
  await page.keyboard.insertText('\n');
  await expect(entry.review).toContainText('Edited by hand');
  await entry.saveResult.click();
  await expect(entry.committed).toBeVisible();
  const data = await api.entry(namespace, 'service');
  expect(data.value).toBe(`${base.replace('"max": 10', '"max": 30').replace('"region": "eu"', '"region": "us"')}\n`);
});

test('leads to the merge when the save itself comes too late, and takes theirs on request', async ({ as, api, namespace }) => {
  await api.client.config.put(namespace, 'shared', { value: 'old' });
  const page = await as('editor');
  const entry = new EntryPage(page);
  await entry.open(namespace, 'shared');
  await entry.replaceValue('mine');
  await entry.reviewButton.click();
  await expect(entry.save).toBeVisible();
  await api.client.config.put(namespace, 'shared', { value: 'theirs' });
  await entry.save.click();
  await expect(entry.review).toContainText('One place was changed by both');
  await entry.review.getByRole('button', { name: 'Take theirs' }).click();
  await expect(entry.editor).toHaveText('theirs');
  // What was typed can be had back.
  await entry.editor.click();
  await page.keyboard.press('ControlOrMeta+z');
  await expect(entry.editor).toHaveText('mine');
});

test('says so when both have typed the same', async ({ as, api, namespace }) => {
  await api.client.config.put(namespace, 'shared', { value: 'old' });
  const entry = new EntryPage(await as('editor'));
  await entry.open(namespace, 'shared');
  await entry.replaceValue('new');
  await entry.reviewButton.click();
  await expect(entry.save).toBeVisible();
  await api.client.config.put(namespace, 'shared', { value: 'new' });
  await entry.save.click();
  await expect(entry.review).toContainText('They saved exactly what you typed');
});

test('creates an entry again that was deleted while it was edited', async ({ as, api, namespace }) => {
  await api.client.config.put(namespace, 'shared', { value: 'old' });
  const page = await as('editor');
  const entry = new EntryPage(page);
  await entry.open(namespace, 'shared');
  await entry.replaceValue('mine');
  await api.client.config.delete(namespace, 'shared');
  await expect(page.getByText('This entry has been deleted meanwhile')).toBeVisible();
  await expect(entry.editor).toHaveText('mine');
  await entry.reviewAndSave();
  await expect(entry.review).toContainText('This entry was deleted before your save');
  await expectAccessible(page, 'dialog');
  await entry.review.getByRole('button', { name: 'Create it again with mine' }).click();
  await expect(entry.committed).toBeVisible();
  expect((await api.entry(namespace, 'shared')).value).toBe('mine');
});
