import type { ClassValue } from 'clsx';
import { clsx } from 'clsx';
import { extendTailwindMerge } from 'tailwind-merge';

const merge = extendTailwindMerge({ extend: { classGroups: { 'font-size': [{ text: ['2xs'] }] } } });

/** Class names, later ones winning over earlier ones of the same kind. */
export function cx(...classes: readonly ClassValue[]): string {
  return merge(clsx(classes));
}
