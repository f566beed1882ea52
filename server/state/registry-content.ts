/** The registry as the text that its row holds. An empty table means that it has never changed. */
import type { RegistryRecord } from '../shards/changes.ts';
import { FIRST_REGISTRY, type RegistryLedgerRow } from '../shards/registry.ts';

interface RegistryRow {
  readonly epoch: number;
  readonly content: string;
}

/** @param row undefined where there is none */
export function parseRegistry(row: RegistryRow | undefined): RegistryRecord {
  if (row === undefined) {
    const { ledger: _none, ...first } = FIRST_REGISTRY;
    return { ...first, undo: null };
  }
  return { epoch: row.epoch, ...(JSON.parse(row.content) as Omit<RegistryRecord, 'epoch'>) };
}

export function registryContent({ groups, routes, partitions, moves, undo }: RegistryRecord): string {
  return JSON.stringify({ groups, routes, partitions, moves, undo });
}

export function parseLedgerRow(content: string): RegistryLedgerRow {
  return JSON.parse(content) as RegistryLedgerRow;
}
