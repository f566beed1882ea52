import { AxeBuilder } from '@axe-core/playwright';
import type { BrowserContext, Page } from '@playwright/test';
import { expect, test as base } from '@playwright/test';
import type { Role } from '../../lib/contract/model.ts';
import { Api } from './api.ts';
import type { ConsoleCluster } from './cluster.ts';
import { Cluster } from './cluster.ts';
import { uniqueName } from './names.ts';

export interface SignedInOptions {
  /** Node whose pages are opened; the first unless told otherwise. */
  readonly node?: string | undefined;
  /** A browser of its own, or one that is signed in already and goes to another node. */
  readonly context?: BrowserContext | undefined;
}

interface WorkerFixtures {
  /** One cluster for all tests of a worker. Tests use namespaces of their own. */
  readonly cluster: ConsoleCluster;
  readonly api: Api;
}

interface TestFixtures {
  /** What a browser may write to the console beside answers that pages expect. */
  readonly tolerated: RegExp | null;
  /** A page of somebody who is signed in with that role. */
  readonly as: (role: Role, options?: SignedInOptions) => Promise<Page>;
  /** A namespace that no other test uses. */
  readonly namespace: string;
}

export const test = base.extend<TestFixtures, WorkerFixtures>({
  cluster: [
    // oxlint-disable-next-line no-empty-pattern -- Playwright reads the names of what a fixture needs from its first argument
    async ({}, provide) => {
      const cluster = await Cluster.start();
      await provide(cluster);
      await cluster.stop();
    },
    { scope: 'worker', timeout: 120_000 },
  ],

  api: [
    async ({ cluster }, provide) => {
      await provide(new Api(cluster));
    },
    { scope: 'worker' },
  ],

  tolerated: [null, { option: true }],

  as: async ({ api, browser, cluster, tolerated }, provide) => {
    const contexts: BrowserContext[] = [];
    const complaints: string[] = [];
    await provide(async (role, { node = 'n1', context: given } = {}) => {
      const { url } = cluster.node(node);
      const context = given ?? (await browser.newContext());
      if (given === undefined) {
        contexts.push(context);
        const answer = await context.request.post(`${url}/api/v1/session`, {
          data: { key: await api.keyOf(role) },
          headers: { origin: url },
        });
        expect(answer.status(), await answer.text()).toBe(200);
        // What the test has set up is what this browser finds, though its node may lag.
        const seen = api.seen();
        if (seen !== null) await context.addCookies([{ ...seen, url }]);
      }
      const page = await context.newPage();
      listen(page, complaints, tolerated);
      await page.goto(url);
      return page;
    });
    for (const context of contexts) await context.close();
    expect(complaints, 'nothing is wrong on the console').toEqual([]);
  },

  // oxlint-disable-next-line no-empty-pattern -- as above
  namespace: async ({}, provide) => {
    await provide(`e2e/${uniqueName()}`);
  },
});

/** Answers that a page expects and deals with are no complaints, though browsers write each to the console. */
const expected = /Failed to load resource: the server responded with a status of (?:401|404|412|422|503)/;

function listen(page: Page, complaints: string[], tolerated: RegExp | null): void {
  page.on('console', (message) => {
    const complains = (message.type() === 'error' || message.type() === 'warning') && !expected.test(message.text());
    if (complains && tolerated?.test(message.text()) !== true) complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.stack ?? error.message));
}

/**
 * Looks for what people with disabilities would stumble over.
 *
 * @param within looks at that part alone, where the page around it was looked at before: a whole page takes seconds
 */
export async function expectAccessible(page: Page, within?: 'dialog' | 'menu'): Promise<void> {
  // No page has frames, so the way around for those is left out: it hands every finding to a second page.
  const builder = new AxeBuilder({ page }).setLegacyMode().options({ resultTypes: ['violations'] });
  const { violations } = await (within === undefined ? builder : builder.include(`[role=${within}]`)).analyze();
  const said = violations.map(
    ({ id, help, nodes }) =>
      `${id}: ${help}\n${nodes.map(({ html, failureSummary }) => `  ${html}\n  ${failureSummary ?? ''}`).join('\n')}`,
  );
  expect(said).toEqual([]);
}

export { expect };
