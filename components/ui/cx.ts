import type { ClassValue } from 'clsx';
import { clsx } from 'clsx';

/**
 * Class names put together. Defaults of components stand in the CSS layer `components`, which every utility overrides, so no
 * two classes given here contradict each other and nothing has to be merged at run time.
 */
export function cx(...classes: readonly ClassValue[]): string {
  return clsx(classes);
}
