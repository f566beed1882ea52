/** Carries a plan out: in batches, several at once, and without letting one bad file keep others out. */
import { ConfmanError } from '../../../lib/client/errors.ts';
import { mapConcurrently } from './concurrently.ts';
import { groupBy } from './group-by.ts';
import { BATCH_BYTES_MAX, BATCH_OPERATIONS_MAX } from '../../../lib/contract/schemas/common.ts';
import { readValue } from './scan.ts';
import type { ConfmanClient } from '../../../lib/client/create-client.ts';
import type { CallOptions } from '../../../lib/client/types.ts';
import type { BatchOperation } from '../../../lib/contract/schemas/entries.ts';
import type { Note, PlannedChange } from './plan.ts';
import type { Refused } from './scan.ts';

export interface ApplyOptions {
  readonly root: string;
  readonly message: string | undefined;
  readonly write: CallOptions;
  /** Called with the number of files that are through since the last call, stored or refused. */
  readonly onProgress: (files: number) => void;
}

export interface Applied {
  readonly stored: readonly PlannedChange[];
  readonly refused: readonly Refused[];
  readonly notes: readonly Note[];
}

const batchesAtOnce = 16;
/** Room for what stands around the operations of a batch. */
const frameBytes = 16 * 1024;

interface Loaded {
  readonly change: PlannedChange;
  readonly operation: BatchOperation & { readonly op: 'put' };
  /** In the body of the request. */
  readonly bytes: number;
}

/** @throws ConfmanError when the cluster cannot be asked any more; what was stored until then stays, and a second run goes on from there */
export async function applyPlan(client: ConfmanClient, changes: readonly PlannedChange[], options: ApplyOptions): Promise<Applied> {
  const stored: PlannedChange[] = [];
  const refused: Refused[] = [];
  const notes: Note[] = [];
  const refuse = (change: PlannedChange, reason: string): void => {
    refused.push({ path: change.file.path, reason });
    options.onProgress(1);
  };
  const sender = new Sender(client, options, { stored, notes, refuse });
  await mapConcurrently(batches(changes), batchesAtOnce, async (batch) => {
    await sender.send(load(batch, options.root, refuse));
  });
  return { stored, refused, notes };
}

/** Changes of one namespace each, within the bounds of a batch as far as their sizes tell. */
function batches(changes: readonly PlannedChange[]): readonly (readonly PlannedChange[])[] {
  const all: PlannedChange[][] = [];
  for (const members of groupBy(changes, ({ file }) => file.namespace).values()) {
    let batch: PlannedChange[] = [];
    let bytes = 0;
    for (const change of members) {
      if (batch.length === BATCH_OPERATIONS_MAX || (batch.length > 0 && bytes + change.bytes > BATCH_BYTES_MAX / 2)) {
        all.push(batch);
        [batch, bytes] = [[], 0];
      }
      batch.push(change);
      bytes += change.bytes;
    }
    all.push(batch);
  }
  return all;
}

function load(batch: readonly PlannedChange[], root: string, refuse: (change: PlannedChange, reason: string) => void): readonly Loaded[] {
  return batch.flatMap((change) => {
    try {
      const { file, type, replaces } = change;
      const condition = replaces === null ? { ifNoneMatch: '*' as const } : { ifMatch: replaces };
      const operation = { op: 'put' as const, key: file.key, value: readValue(root, file.path), type, ...condition };
      return [{ change, operation, bytes: Buffer.byteLength(JSON.stringify(operation)) }];
    } catch (error) {
      refuse(change, error instanceof Error ? error.message : String(error));
      return [];
    }
  });
}

interface Outcome {
  readonly stored: PlannedChange[];
  readonly notes: Note[];
  readonly refuse: (change: PlannedChange, reason: string) => void;
}

class Sender {
  readonly #client: ConfmanClient;
  readonly #options: ApplyOptions;
  readonly #outcome: Outcome;

  constructor(client: ConfmanClient, options: ApplyOptions, outcome: Outcome) {
    this.#client = client;
    this.#options = options;
    this.#outcome = outcome;
  }

  /** Stores what can be stored. A batch is all or nothing, so what spoils it is taken out and the rest sent again. */
  async send(batch: readonly Loaded[]): Promise<void> {
    const [first] = batch;
    if (first === undefined) return;
    if (batch.length > 1 && batch.reduce((sum, { bytes }) => sum + bytes, frameBytes) > BATCH_BYTES_MAX) {
      await this.#halves(batch);
      return;
    }
    try {
      await this.#write(batch, first);
      this.#outcome.stored.push(...batch.map(({ change }) => change));
      this.#options.onProgress(batch.length);
    } catch (error) {
      if (!(error instanceof ConfmanError) || isBeyondOneFile(error)) throw error;
      await this.#withoutCulprit(batch, error);
    }
  }

  async #write(batch: readonly Loaded[], first: Loaded): Promise<void> {
    const { message, write } = this.#options;
    const { namespace, key } = first.change.file;
    // A single value may be larger than a batch.
    if (batch.length === 1 && first.bytes + frameBytes > BATCH_BYTES_MAX) {
      const { value, type, ifMatch, ifNoneMatch } = first.operation;
      await this.#client.config.put(namespace, key, { value, type, message }, { ...write, ifMatch, ifNoneMatch });
    } else {
      await this.#client.config.batch(namespace, { operations: batch.map(({ operation }) => operation), message }, write);
    }
  }

  async #withoutCulprit(batch: readonly Loaded[], error: ConfmanError): Promise<void> {
    const at = batch.length === 1 ? 0 : culpritOf(error);
    const culprit = at === null ? undefined : batch[at];
    if (culprit === undefined) {
      await this.#halves(batch);
      return;
    }
    const rest = batch.filter((one) => one !== culprit);
    const { file, type } = culprit.change;
    if (error.code === 'invalid-value' && file.type === null && type !== 'text') {
      this.#outcome.notes.push({ path: file.path, text: `not valid ${type} (${error.message}), so it is kept as text` });
      const change = { ...culprit.change, type: 'text' as const };
      await this.send([...rest, { change, operation: { ...culprit.operation, type: 'text' }, bytes: culprit.bytes }]);
      return;
    }
    this.#outcome.refuse(
      culprit.change,
      error.code === 'version-conflict'
        ? 'somebody has changed this entry since the comparison: run the import again'
        : `${error.message} (${error.code})`,
    );
    await this.send(rest);
  }

  async #halves(batch: readonly Loaded[]): Promise<void> {
    const middle = Math.ceil(batch.length / 2);
    await this.send(batch.slice(0, middle));
    await this.send(batch.slice(middle));
  }
}

/** The cluster, the key, or the caller: no other file would fare better. */
function isBeyondOneFile(error: ConfmanError): boolean {
  return error.status === 0 || error.status === 401 || error.status >= 500 || error.status === 429;
}

/** Which operation of a batch the problem speaks of, if it says. */
function culpritOf(error: ConfmanError): number | null {
  if (error.problem?.operation !== undefined) return error.problem.operation;
  for (const { pointer } of error.problem?.errors ?? []) {
    const index = /^\/operations\/(\d+)(?:\/|$)/.exec(pointer ?? '')?.[1];
    if (index !== undefined) return Number(index);
  }
  return null;
}
