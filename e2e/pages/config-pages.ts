import type { Locator, Page } from '@playwright/test';
import { paths } from '../../components/paths.ts';

/** The namespace tree and the table of entries beside it. */
export class ConfigPages {
  readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  get tree(): Locator {
    return this.page.getByRole('navigation', { name: 'Namespaces' });
  }

  get treeFilter(): Locator {
    return this.page.getByRole('searchbox', { name: 'Filter namespaces' });
  }

  get table(): Locator {
    return this.page.getByRole('table');
  }

  get filter(): Locator {
    return this.page.getByRole('searchbox', { name: 'Filter keys' });
  }

  get newEntry(): Locator {
    return this.page.getByRole('link', { name: 'New entry' }).first();
  }

  get newNamespace(): Locator {
    return this.page.getByRole('button', { name: 'New namespace' });
  }

  get more(): Locator {
    return this.page.getByRole('button', { name: 'Import, export and more' });
  }

  /** What is open; passing notices have that role too, but are not modal. */
  get dialog(): Locator {
    return this.page.getByRole('dialog').and(this.page.locator(':not([aria-modal=false])'));
  }

  /** Opens what the menu of the namespace offers. */
  async choose(action: string): Promise<void> {
    await this.more.click();
    await this.page.getByRole('menuitem', { name: action }).click();
  }

  async select(key: string): Promise<void> {
    await this.table.getByRole('checkbox', { name: `Select ${key}`, exact: true }).check();
  }

  entry(key: string): Locator {
    return this.table.getByRole('link', { name: key, exact: true });
  }

  /** Opens a namespace by its address. */
  async open(namespace: string): Promise<void> {
    await this.page.goto(new URL(paths.namespace(namespace), this.page.url()).href);
  }

  async createNamespace(path: string, description: string): Promise<void> {
    await this.newNamespace.click();
    await this.page.getByRole('textbox', { name: 'Path' }).fill(path);
    await this.page.getByRole('textbox', { name: /^What is it for/ }).fill(description);
    await this.page.getByRole('button', { name: 'Create namespace' }).click();
  }
}
