import type { Locator, Page } from '@playwright/test';
import type { LabMode } from '../../components/lab/run.ts';
import { paths } from '../../components/paths.ts';

/** The consistency lab. */
export class LabPage {
  readonly #page: Page;

  constructor(page: Page) {
    this.#page = page;
  }

  async open(): Promise<void> {
    await this.#page.goto(new URL(paths.lab, this.#page.url()).href);
  }

  async plan(writer: string, reader: string, mode: LabMode): Promise<void> {
    await this.#page.getByLabel('Write on', { exact: true }).selectOption(writer);
    await this.#page.getByLabel('Then read on', { exact: true }).selectOption(reader);
    await this.#page.getByRole('radio', { name: new RegExp(`^${mode}`) }).check();
  }

  get run(): Locator {
    return this.#page.getByRole('button', { name: 'Write, then read at once' });
  }

  /** What came of it, in a sentence. */
  verdict(words: string): Locator {
    return this.#page.getByRole('status').filter({ hasText: words });
  }

  get diagram(): Locator {
    return this.#page.getByRole('img', { name: /^Sequence diagram/ });
  }

  async openSteps(): Promise<void> {
    await this.#page.getByText('Step by step').click();
  }

  get steps(): Locator {
    return this.#page.getByRole('list', { name: 'Step by step' }).getByRole('listitem');
  }

  get waiting(): Locator {
    return this.#page.getByText(/the read waits/);
  }

  hold(node: string): Locator {
    return this.#page.getByRole('switch', { name: `Hold applying on ${node}` });
  }

  cut(node: string): Locator {
    return this.#page.getByRole('switch', { name: `Cut ${node} off` });
  }

  release(node: string): Locator {
    return this.#page.getByRole('button', { name: `Let ${node} apply again` });
  }

  get undoAll(): Locator {
    return this.#page.getByRole('button', { name: 'Undo all of this' });
  }
}
