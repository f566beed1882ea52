/** Keys of the query cache, one family per resource. A longer key lies below its start: invalidating `entries` reaches every namespace's list. */
export const keys = {
  namespaces: () => ['namespaces'] as const,
  namespace: (namespace: string) => ['namespace', namespace] as const,
  entries: (namespace: string) => ['entries', namespace] as const,
  entry: (namespace: string, key: string) => ['entry', namespace, key] as const,
} as const;
