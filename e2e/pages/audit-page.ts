import type { Locator, Page } from '@playwright/test';
import { paths } from '../../components/paths.ts';

/** The audit: filters, rows, details. */
export class AuditPage {
  readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  get table(): Locator {
    return this.page.getByRole('table', { name: 'Audit events' });
  }

  /** The buttons that open rows. */
  get events(): Locator {
    return this.table.getByRole('button', { expanded: false });
  }

  event(name: RegExp | string): Locator {
    return this.table.getByRole('button', { name });
  }

  get search(): Locator {
    return this.page.getByRole('searchbox', { name: 'Search in all fields' });
  }

  get filters(): Locator {
    return this.page.getByRole('button', { name: /^Filters/ });
  }

  get live(): Locator {
    return this.page.getByRole('switch', { name: 'Live' });
  }

  get fresh(): Locator {
    return this.page.getByRole('button', { name: /new events?/ });
  }

  get export(): Locator {
    return this.page.getByRole('button', { name: 'Export' });
  }

  async open(query = ''): Promise<void> {
    await this.page.goto(new URL(`${paths.audit}${query}`, this.page.url()).href);
  }
}
