import type { AuditFilter } from './audit-filter.ts';

/** Keys of the query cache, one family per resource. A longer key lies below its start: invalidating `entries` reaches every namespace's list. */
export const keys = {
  namespaces: () => ['namespaces'] as const,
  namespace: (namespace: string) => ['namespace', namespace] as const,
  entries: (namespace: string) => ['entries', namespace] as const,
  deleted: (namespace: string) => ['deleted', namespace] as const,
  entry: (namespace: string, key: string) => ['entry', namespace, key] as const,
  history: (namespace: string, key: string) => ['history', namespace, key] as const,
  revision: (namespace: string, key: string, revision: number) => ['revision', namespace, key, revision] as const,
  audit: (filter: AuditFilter) => ['audit', filter] as const,
  apiKeys: () => ['api-keys'] as const,
  openapi: () => ['openapi'] as const,
  search: (search: string, where: string, limit: number) => ['search', search, where, limit] as const,
  journals: (group: string) => ['journals', group] as const,
  clusterAudit: () => ['cluster-audit'] as const,
  lab: () => ['lab'] as const,
  registry: () => ['registry'] as const,
  placement: (namespace: string) => ['placement', namespace] as const,
  moveTimes: () => ['move-times'] as const,
} as const;
