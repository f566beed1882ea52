import type { Locator, Page } from '@playwright/test';
import { paths } from '../../components/paths.ts';

/** The history of one key: timeline, comparison, restore. */
export class HistoryPage {
  readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  get timeline(): Locator {
    return this.page.getByRole('region', { name: 'Revisions' });
  }

  revision(number: number): Locator {
    return this.timeline.getByRole('link', { name: `Revision ${number}`, exact: true });
  }

  get comparison(): Locator {
    return this.page.getByRole('region', { name: 'Comparison' });
  }

  /** One side of the comparison once it is loaded. */
  side(name: string): Locator {
    return this.comparison.getByRole('textbox', { name });
  }

  get restoreButton(): Locator {
    return this.comparison.getByRole('button', { name: /^Restore revision/ });
  }

  /** What is open; passing notices have that role too, but are not modal. */
  get dialog(): Locator {
    return this.page.getByRole('dialog').and(this.page.locator(':not([aria-modal=false])'));
  }

  get message(): Locator {
    return this.dialog.getByRole('textbox', { name: /^Why this change/ });
  }

  get submit(): Locator {
    return this.dialog.getByRole('button', { name: 'Restore', exact: true });
  }

  async open(namespace: string, key: string): Promise<void> {
    await this.page.goto(new URL(paths.history(namespace, key), this.page.url()).href);
  }
}
