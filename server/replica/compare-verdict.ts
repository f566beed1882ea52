/** What hashes of replicas at one applied index say. Pure. */

/** The hash of one replica. */
export interface HashReport {
  readonly node: string;
  readonly index: number;
  readonly hash: string;
  /** How it was made: hashes of different schemes say nothing about each other. */
  readonly scheme: string;
}

export type CompareVerdict =
  | { readonly kind: 'equal'; readonly index: number; readonly nodes: readonly string[] }
  | {
      readonly kind: 'differ';
      readonly index: number;
      /** Who agrees with whom, larger sides first. */
      readonly sides: readonly { readonly hash: string; readonly nodes: readonly string[] }[];
      /** Those that a majority of all voters contradicts: they are wrong. Empty when nobody can tell. */
      readonly odd: readonly string[];
    };

/**
 * Compares the reports that stand at `index`.
 *
 * @param voters names of all voters of the group, whether they have reported or not: what more than half of them say is what the
 *   group says, because every acknowledged write is in a majority
 * @returns null when no two reports can be compared
 */
export function judgeHashes(reports: readonly HashReport[], index: number, voters: readonly string[]): CompareVerdict | null {
  const here = reports.filter((report) => report.index === index);
  const schemes = [...new Set(here.map(({ scheme }) => scheme))];
  const verdicts = schemes.flatMap(
    (scheme) =>
      judgeScheme(
        here.filter((report) => report.scheme === scheme),
        index,
        voters,
      ) ?? [],
  );
  return verdicts.find(({ kind }) => kind === 'differ') ?? verdicts[0] ?? null;
}

function judgeScheme(reports: readonly HashReport[], index: number, voters: readonly string[]): CompareVerdict | null {
  if (reports.length < 2) return null;
  const byHash = new Map<string, string[]>();
  for (const { hash, node } of reports) byHash.set(hash, [...(byHash.get(hash) ?? []), node]);
  if (byHash.size === 1) return { kind: 'equal', index, nodes: reports.map(({ node }) => node).toSorted() };
  const sides = [...byHash]
    .map(([hash, nodes]) => ({ hash, nodes: nodes.toSorted() }))
    .toSorted((a, b) => b.nodes.length - a.nodes.length || (a.hash < b.hash ? -1 : 1));
  const right = sides.find(({ nodes }) => 2 * nodes.filter((node) => voters.includes(node)).length > voters.length);
  const odd = right === undefined ? [] : sides.filter((side) => side !== right).flatMap(({ nodes }) => nodes);
  return { kind: 'differ', index, sides, odd: odd.toSorted() };
}
