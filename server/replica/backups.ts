/**
 * Backups of this node: at most one at a time, from its first copy to the end of its download. The state of each group is
 * copied aside first, so that no client, however slow, holds up a checkpoint; the thread that serves the client opens the
 * copies, removes their names at once, and streams them: whatever ends the process leaves nothing behind.
 */
import { rmSync } from 'node:fs';
import type { BackupGroup, BackupHeader } from '../backup/format.ts';
import { StateCorruptionError } from '../state/errors.ts';
import { CopySpaceError } from './copy-thread-client.ts';
import type { BackupMoment } from './backup-moment.ts';
import type { BackupCopy } from './file-state-storage.ts';
import type { Logger } from './runtime.ts';

export interface BackupsOptions {
  readonly node: string;
  readonly clusterName: string;
  readonly version: string;
  /** Groups of which this node has a replica in service, with the size of their states. */
  readonly groups: () => readonly { readonly group: string; readonly sizeBytes: number }[];
  readonly moment: () => BackupMoment;
  readonly copy: (group: string, signal: AbortSignal) => Promise<BackupCopy>;
  readonly freeBytes: () => number;
  /** Bytes that a backup must leave free. */
  readonly reserveBytes: number;
  readonly wallMs: () => number;
  readonly logger: Logger;
  readonly damaged: (group: string, detail: string) => void;
}

export type BackupBegun =
  /** `paths` in the order of the header's groups. */
  | { readonly kind: 'ready'; readonly header: BackupHeader; readonly paths: readonly string[] }
  /** `moving`: namespaces are on their way from one group to another, and might be in no copy. */
  | { readonly kind: 'busy' | 'not-ready' | 'aborted' | 'moving' }
  | { readonly kind: 'incomplete'; readonly missing: readonly string[] }
  | { readonly kind: 'no-space'; readonly neededBytes: number; readonly freeBytes: number };

interface UnderWay {
  readonly ticket: string;
  readonly stop: AbortController;
  /** Whether it is still being copied. */
  copying: boolean;
}

export class Backups {
  readonly #options: BackupsOptions;
  /** Invariant: at most one backup is under way; it holds this until `end`. */
  #current: UnderWay | null = null;

  constructor(options: BackupsOptions) {
    this.#options = options;
  }

  /** @param ticket names this backup towards `end`, which is to be called however this ends */
  async begin(ticket: string): Promise<BackupBegun> {
    if (this.#current !== null) return { kind: 'busy' };
    const groups = this.#options.groups();
    if (groups.length === 0) return { kind: 'not-ready' };
    const neededBytes = groups.reduce((sum, { sizeBytes }) => sum + sizeBytes, this.#options.reserveBytes);
    const freeBytes = this.#options.freeBytes();
    if (freeBytes < neededBytes) return { kind: 'no-space', neededBytes, freeBytes };
    const before = this.#options.moment();
    if (before.missing.length > 0) return { kind: 'incomplete', missing: before.missing };
    if (before.moving) return { kind: 'moving' };
    const current: UnderWay = { ticket, stop: new AbortController(), copying: true };
    this.#current = current;
    const copies: BackupCopy[] = [];
    for (const { group } of groups) {
      const failure = await this.#copyOf(group, current.stop.signal, neededBytes, copies);
      if (failure === null) continue;
      for (const { path } of copies) rmSync(path, { force: true });
      this.#current = null;
      return failure;
    }
    current.copying = false;
    // The copies are of different moments: together they are one cluster only if nothing changed hands in between.
    if (this.#options.moment().epoch !== before.epoch) {
      for (const { path } of copies) rmSync(path, { force: true });
      this.#current = null;
      return { kind: 'moving' };
    }
    const header = this.#header(copies);
    this.#options.logger('info', 'backup-made', {
      groups: header.groups.map(({ group, term, index, bytes }) => ({ group, term, index, bytes })),
    });
    return { kind: 'ready', header, paths: copies.map(({ path }) => path) };
  }

  /** The client has all of it, or is gone. */
  end(ticket: string): void {
    if (this.#current?.ticket !== ticket) return;
    // A copy that is under way ends first; `begin` then cleans up and gives the place free.
    if (this.#current.copying) this.#current.stop.abort();
    else this.#current = null;
  }

  /** @returns why there is none, or null */
  async #copyOf(group: string, signal: AbortSignal, neededBytes: number, copies: BackupCopy[]): Promise<BackupBegun | null> {
    try {
      copies.push(await this.#options.copy(group, signal));
      return signal.aborted ? { kind: 'aborted' } : null;
    } catch (error) {
      if (signal.aborted) return { kind: 'aborted' };
      this.#options.logger('error', 'backup-failed', { group, error: String(error) });
      if (error instanceof CopySpaceError) return { kind: 'no-space', neededBytes, freeBytes: this.#options.freeBytes() };
      // What a restore would have got is damaged: so is what this replica serves.
      if (error instanceof StateCorruptionError) this.#options.damaged(group, error.message);
      return { kind: 'not-ready' };
    }
  }

  #header(copies: readonly BackupCopy[]): BackupHeader {
    const { node, version, clusterName, wallMs } = this.#options;
    const [first] = copies as readonly [BackupCopy];
    const { clusterId, lineages } = first.identity;
    return {
      clusterId,
      clusterName,
      lineageId: lineages.at(-1)?.id ?? '',
      createdAt: new Date(wallMs()).toISOString(),
      node,
      version,
      groups: copies.map(({ identity, applied, sizeBytes, sha256, stateHash }): BackupGroup => ({
        group: identity.group,
        ...applied,
        bytes: sizeBytes,
        sha256,
        stateHash,
      })),
    };
  }
}
