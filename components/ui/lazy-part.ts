import type { ComponentType, LazyExoticComponent } from 'react';
import { lazy } from 'react';

/** Between two attempts to fetch a part that did not come. */
const PAUSE_MS = 2_000;
const ATTEMPTS_MAX = 60;

export type LazyPart<P extends object> = LazyExoticComponent<ComponentType<P>> & {
  /** Fetches it ahead, so that it is there when the node is not. */
  readonly preload: () => void;
};

/**
 * A part of a page that is fetched when it is first shown. While the node is away it does not come, and is asked for again: a page
 * on which somebody has typed must not break over that.
 */
export function lazyPart<P extends object>(load: () => Promise<ComponentType<P>>): LazyPart<P> {
  const part = lazy(async () => ({ default: await patiently(load) }));
  return Object.assign(part, { preload: () => void load().catch(() => undefined) });
}

async function patiently<T>(load: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await load();
    } catch (error) {
      if (attempt === ATTEMPTS_MAX) throw error;
      await new Promise((resolve) => {
        setTimeout(resolve, PAUSE_MS);
      });
    }
  }
}
