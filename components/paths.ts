/** Addresses of the console's pages. Names may have slashes of their own, so each is one encoded segment. */
export const paths = {
  home: '/',
  signIn: (next?: string) => (next === undefined || next === '/' ? '/sign-in' : `/sign-in?next=${encodeURIComponent(next)}`),
  namespace: (namespace: string) => `/ns/${encodeURIComponent(namespace)}`,
  newEntry: (namespace: string, key?: string) =>
    `/ns/${encodeURIComponent(namespace)}/new${key === undefined ? '' : `?key=${encodeURIComponent(key)}`}`,
  entry: (namespace: string, key: string) => `/ns/${encodeURIComponent(namespace)}/entry/${encodeURIComponent(key)}`,
  history: (namespace: string, key: string, compare?: { readonly from?: number | undefined; readonly to?: number | undefined }) => {
    const { from, to } = compare ?? {};
    const query = [...(from === undefined ? [] : [`from=${from}`]), ...(to === undefined ? [] : [`to=${to}`])].join('&');
    return `/ns/${encodeURIComponent(namespace)}/entry/${encodeURIComponent(key)}/history${query === '' ? '' : `?${query}`}`;
  },
  deleted: (namespace: string) => `/ns/${encodeURIComponent(namespace)}/deleted`,
  search: (query: string, where: 'both' | 'key' | 'value' = 'both') =>
    `/search?q=${encodeURIComponent(query)}${where === 'both' ? '' : `&in=${where}`}`,
  audit: '/audit',
  cluster: '/cluster',
  shards: (namespace?: string) => (namespace === undefined ? '/shards' : `/shards?namespace=${encodeURIComponent(namespace)}`),
  lab: '/lab',
  access: '/access',
  /** `/api` is the API itself. */
  reference: '/reference',
} as const;

/** A page of this console to go on to, taken from an address; the home page for anything that leads elsewhere. */
export function safeNext(next: string | null | undefined): string {
  return next !== null && next !== undefined && /^\/(?![/\\])/.test(next) && !next.startsWith('/sign-in') ? next : paths.home;
}

/** Namespace that an address is about; null for none. */
export function namespaceOfPath(path: string): string | null {
  const match = /^\/ns\/([^/]+)/.exec(path);
  return match === null ? null : decodeURIComponent(match[1] ?? '');
}
