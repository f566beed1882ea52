import type { Locator, Page } from '@playwright/test';
import { paths } from '../../components/paths.ts';

/** The page about the cluster itself. */
export class ClusterPage {
  readonly #page: Page;

  constructor(page: Page) {
    this.#page = page;
  }

  async open(): Promise<void> {
    await this.#page.goto(new URL(paths.cluster, this.#page.url()).href);
  }

  /** What the picture says to those who do not see it. The drawing for this width. */
  get picture(): Locator {
    return this.#page.getByRole('img', { name: /^Picture of group/ });
  }

  verdict(word: 'Healthy' | 'Degraded' | 'Unavailable'): Locator {
    return this.#page.getByRole('region', { name: word });
  }

  replica(node: string): Locator {
    return this.#page.getByRole('table', { name: 'Replicas' }).getByRole('row', { name: new RegExp(`^${node} `) });
  }

  chart(title: string): Locator {
    return this.#page.getByRole('figure', { name: new RegExp(`^${title}`) });
  }

  table(title: string): Locator {
    return this.#page.getByRole('table', { name: title });
  }

  get timeline(): Locator {
    return this.#page.getByRole('list', { name: 'What happened' });
  }

  makeLeader(node: string): Locator {
    return this.#page.getByRole('button', { name: `Make ${node} the leader` });
  }

  get addNode(): Locator {
    return this.#page.getByRole('button', { name: 'Add a node' });
  }

  replaceNode(node: string): Locator {
    return this.#page.getByRole('button', { name: `Replace ${node}` });
  }

  removeNode(node: string): Locator {
    return this.#page.getByRole('button', { name: `Remove ${node}` });
  }

  /** The steps of a node that was added, on the page or in a dialog. */
  progress(node: string): Locator {
    return this.#page.getByRole('list', { name: `How far ${node} is` });
  }

  /** What is open; passing notices have that role too, but are not modal. */
  get dialog(): Locator {
    return this.#page.getByRole('dialog').and(this.#page.locator(':not([aria-modal=false])'));
  }
}
