/** Waiting for a condition, and for nothing else. */

const LOOK_MS = 25;
const WAIT_MS_MAX = 60_000;

/**
 * Looks until `look` gives something other than null, undefined or false. What it throws counts as "not yet".
 *
 * @param what said when it never comes, with what was seen last
 * @throws Error after a minute, or `timeoutMs`
 */
export async function until<T>(
  what: string,
  look: () => Promise<T | null | undefined | false> | T | null | undefined | false,
  timeoutMs = WAIT_MS_MAX,
): Promise<T> {
  const deadlineMs = performance.now() + timeoutMs;
  let last: unknown = null;
  while (performance.now() < deadlineMs) {
    try {
      const found = await look();
      if (found !== null && found !== undefined && found !== false) return found;
      last = found;
    } catch (error) {
      last = error;
    }
    await new Promise((resolve) => {
      setTimeout(resolve, LOOK_MS);
    });
  }
  throw new Error(`never: ${what}; last: ${last instanceof Error ? last.message : JSON.stringify(last)}`, { cause: last });
}
