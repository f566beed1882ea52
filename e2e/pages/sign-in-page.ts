import type { Locator, Page } from '@playwright/test';

export class SignInPage {
  readonly #page: Page;

  constructor(page: Page) {
    this.#page = page;
  }

  get key(): Locator {
    return this.#page.getByLabel('API key');
  }

  get submit(): Locator {
    return this.#page.getByRole('button', { name: 'Sign in' });
  }

  get error(): Locator {
    return this.#page.getByRole('alert').filter({ hasText: /\S/ });
  }

  async signIn(key: string): Promise<void> {
    await this.key.fill(key);
    await this.submit.click();
  }
}
