import type { Locator, Page } from '@playwright/test';
import { paths } from '../../components/paths.ts';

/** One entry: editor, review, and what became of a save. */
export class EntryPage {
  readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  get heading(): Locator {
    return this.page.getByRole('heading', { level: 1 });
  }

  /** The editor once it is loaded; before that a plain field has the same name. */
  get editor(): Locator {
    return this.page.locator('.cm-content').and(this.page.getByRole('textbox', { name: 'Value' }));
  }

  get type(): Locator {
    return this.page.getByRole('combobox', { name: 'Type' });
  }

  get key(): Locator {
    return this.page.getByRole('textbox', { name: 'Key' });
  }

  get freshness(): Locator {
    return this.page.getByTestId('freshness');
  }

  get waiting(): Locator {
    return this.page.getByText(/has applied .+, waiting for /);
  }

  get readFromLeader(): Locator {
    return this.page.getByRole('button', { name: 'Read from the leader' });
  }

  get reviewButton(): Locator {
    return this.page.getByRole('button', { name: /^Review/ });
  }

  /** What is open; passing notices have that role too, but are not modal. */
  get review(): Locator {
    return this.page.getByRole('dialog').and(this.page.locator(':not([aria-modal=false])'));
  }

  get message(): Locator {
    return this.review.getByRole('textbox', { name: /^Why this change/ });
  }

  get save(): Locator {
    return this.review.getByRole('button', { name: /^(?:Save|Saving)(?! the)/ });
  }

  /** The merged text, while a conflict is open. */
  get mergeResult(): Locator {
    return this.page.locator('.cm-content').and(this.page.getByRole('textbox', { name: 'Result of the merge' }));
  }

  get saveResult(): Locator {
    return this.review.getByRole('button', { name: /^Save the result/ });
  }

  get more(): Locator {
    return this.page.getByRole('button', { name: 'Copy, rename, delete' });
  }

  get committed(): Locator {
    return this.page.getByText(/^Committed at /);
  }

  async open(namespace: string, key: string, origin = new URL(this.page.url()).origin): Promise<void> {
    await this.page.goto(`${origin}${paths.entry(namespace, key)}`);
  }

  /** Puts another text in place of the whole value. */
  async replaceValue(value: string): Promise<void> {
    await this.editor.click();
    await this.page.keyboard.press('ControlOrMeta+a');
    // Into an empty editor: over coloured text the browser itself would try to keep the colour, as a style that the policy refuses.
    await this.page.keyboard.press('Delete');
    await this.page.keyboard.insertText(value);
  }

  async reviewAndSave(message = ''): Promise<void> {
    await this.reviewButton.click();
    if (message !== '') await this.message.fill(message);
    await this.save.click();
  }

  /** Version of the last save: `5:42`. */
  async committedVersion(): Promise<string> {
    const said = (await this.committed.textContent()) ?? '';
    const version = /Committed at ([^,\s]+)/.exec(said)?.[1];
    if (version === undefined) throw new Error(`no version in: ${said}`);
    return version;
  }
}
