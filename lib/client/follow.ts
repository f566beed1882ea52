/** A namespace as it is and as it goes on: list, then watch from there, and list again when the watch cannot go on. */
import { watch } from './watch.ts';
import type { Entry } from '../contract/schemas/entries.ts';
import type { WatchEvent } from '../contract/schemas/audit.ts';
import type { Exchange } from './exchange.ts';
import type { Config } from './resources/config.ts';

export interface FollowOptions {
  readonly prefix?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

export type FollowItem =
  /** Everything as it is at `token`: takes the place of whatever was known. First, and again after changes were lost to retention or a restore. */
  | {
      readonly type: 'snapshot';
      readonly entries: readonly Entry[];
      readonly token: string | null;
      /** Not from the cluster but from answers that were kept. */ readonly fromCache: boolean;
    }
  | { readonly type: 'change'; readonly change: WatchEvent; readonly token: string };

/** @throws ConfmanError when reading is refused or the caller ends it */
export async function* follow(
  exchange: Exchange,
  config: Config,
  namespace: string,
  options: FollowOptions,
): AsyncGenerator<FollowItem, void, undefined> {
  for (;;) {
    const entries: Entry[] = [];
    let since: string | undefined;
    let fromCache = false;
    for await (const page of config.list(namespace, { prefix: options.prefix, signal: options.signal, limit: 1000 }).pages()) {
      entries.push(...page.data.items);
      fromCache ||= page.meta.fromCache;
      // Later pages show the state of the first.
      since ??= page.meta.token ?? undefined;
    }
    yield { type: 'snapshot', entries, token: since ?? null, fromCache };
    for await (const item of watch(exchange, { namespace, prefix: options.prefix, since, values: true, signal: options.signal })) {
      if (item.type === 'compacted') break;
      if (item.type === 'change') yield { type: 'change', change: item.change, token: item.token };
    }
  }
}
