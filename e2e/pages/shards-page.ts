import type { Locator, Page } from '@playwright/test';
import { paths } from '../../components/paths.ts';

/** The page about groups, routes and moves. */
export class ShardsPage {
  readonly #page: Page;

  constructor(page: Page) {
    this.#page = page;
  }

  async open(namespace?: string): Promise<void> {
    await this.#page.goto(new URL(paths.shards(namespace), this.#page.url()).href);
  }

  group(id: string): Locator {
    return this.#page.getByRole('table', { name: 'Raft groups' }).getByRole('row', { name: new RegExp(`\\b${id}\\b`) });
  }

  route(prefix: string): Locator {
    return this.#page.getByRole('table', { name: 'Prefix routes' }).getByRole('row', { name: new RegExp(`^${prefix}\\b`) });
  }

  get map(): Locator {
    return this.#page.getByRole('grid', { name: 'The 256 partitions, and which group has each' });
  }

  partition(partition: number): Locator {
    return this.map.getByRole('gridcell', { name: new RegExp(`^Partition ${partition},`) });
  }

  /** Partitions of a group, as the map says them. */
  partitionsOf(group: string): Locator {
    return this.map.getByRole('gridcell', { name: new RegExp(`: ${group}$`) });
  }

  /** Moves that are not done. */
  get moves(): Locator {
    return this.#page.getByRole('list', { name: 'Moves under way' });
  }

  get done(): Locator {
    return this.#page.getByRole('table', { name: 'Moves that are done' });
  }

  async lookUp(namespace: string): Promise<void> {
    await this.#page.getByRole('textbox', { name: 'Namespace' }).fill(namespace);
    await this.#page.getByRole('button', { name: 'Look up' }).click();
  }

  button(name: string): Locator {
    return this.#page.getByRole('button', { name, exact: true });
  }

  get dialog(): Locator {
    return this.#page.getByRole('dialog').and(this.#page.locator(':not([aria-modal=false])'));
  }

  get plan(): Locator {
    return this.dialog.getByRole('region', { name: 'The plan' });
  }

  /** The way from the plan to the deed. */
  async confirm(name: string): Promise<void> {
    await this.dialog.getByRole('button', { name, exact: true }).click();
  }
}
