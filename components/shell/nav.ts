import type { LucideIcon } from 'lucide-react';
import { Blocks, Braces, FlaskConical, KeyRound, Network, ScrollText, SlidersHorizontal } from 'lucide-react';
import type { Role } from '../../lib/contract/model.ts';
import { text } from '../catalogue.ts';
import { paths } from '../paths.ts';

/** A page of the main navigation. */
export interface NavPage {
  readonly href: string;
  readonly label: string;
  readonly Icon: LucideIcon;
  /** Addresses below which other pages belong to this one; its own unless told otherwise. */
  readonly below?: readonly string[] | undefined;
  /** Whom it is of use to; everybody unless told otherwise. */
  readonly roles?: readonly Role[] | undefined;
}

/**
 * Pages of the main navigation, in its order: configuration, audit, cluster, shards, lab, access, API. Bar, drawer and command palette
 * show what stands here, and a page stands here once its route exists.
 */
const pages: readonly NavPage[] = [
  { href: paths.home, label: text.pages.configuration, Icon: SlidersHorizontal, below: ['/ns', '/search'] },
  { href: paths.audit, label: text.pages.audit, Icon: ScrollText },
  { href: paths.cluster, label: text.pages.cluster, Icon: Network },
  { href: paths.shards(), label: text.pages.shards, Icon: Blocks },
  { href: paths.lab, label: text.pages.lab, Icon: FlaskConical },
  { href: paths.access, label: text.pages.access, Icon: KeyRound },
  { href: paths.reference, label: text.pages.api, Icon: Braces },
];

/** The pages that somebody of this role finds in the navigation. */
export function pagesFor(role: Role): readonly NavPage[] {
  return pages.filter(({ roles }) => roles === undefined || roles.includes(role));
}

/** Whether an address is this page or lies below it. */
export function covers({ href, below = [href] }: NavPage, path: string): boolean {
  return path === href || below.some((start) => path === start || path.startsWith(`${start}/`));
}
