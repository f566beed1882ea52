import { expect } from '@playwright/test';
import type { Locator, Page } from '@playwright/test';

/** What is on every page: the bar and the strip. */
export class Shell {
  readonly #page: Page;

  constructor(page: Page) {
    this.#page = page;
  }

  get strip(): Locator {
    return this.#page.getByRole('region', { name: 'Cluster status' });
  }

  get lag(): Locator {
    return this.strip.getByRole('status', { name: 'Commit lag' });
  }

  /** The cell of a node, named with its role and lag. */
  node(id: string): Locator {
    return this.strip.getByRole('listitem', { name: new RegExp(`^${id},`) });
  }

  get account(): Locator {
    return this.#page.getByRole('button', { name: /^Account/ });
  }

  get palette(): Locator {
    return this.#page.getByRole('dialog', { name: 'Search and commands' });
  }

  /** Opens the palette by its key, and types. A page that is live has come to life: before that nobody hears the key. */
  async command(typed: string): Promise<void> {
    await expect(this.strip).toContainText('live');
    await this.#page.keyboard.press('ControlOrMeta+k');
    await this.palette.getByRole('combobox').fill(typed);
  }

  get reading(): Locator {
    return this.#page.getByRole('button', { name: /^How to read/ });
  }

  async chooseTheme(theme: 'Light' | 'Dark'): Promise<void> {
    await this.account.click();
    await this.#page.getByRole('menuitemradio', { name: theme }).click();
  }

  async signOut(): Promise<void> {
    await this.account.click();
    await this.#page.getByRole('menuitem', { name: 'Sign out' }).click();
  }

  async readFrom(node: string): Promise<void> {
    await this.reading.click();
    await this.#page.getByRole('menuitemradio', { name: node, exact: true }).click();
  }
}
