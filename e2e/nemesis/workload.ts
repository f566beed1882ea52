/** Clients of all kinds, which go on whatever happens until they are told to end. */
import type { RecordedRead } from '../../server/history/record.ts';
import type { RealCluster } from '../cluster/cluster.ts';
import { Seeded } from '../cluster/seeded.ts';
import { Consumer } from './consumer.ts';
import type { Recorder } from './recorder.ts';
import { Session } from './session.ts';

export const SHARED = 'nemesis/shared';
export const OWN = 'nemesis/own';
const SHARED_KEYS = ['s0', 's1', 's2', 's3', 's4'];
const MODES: readonly RecordedRead['mode'][] = ['eventual', 'read-your-writes', 'linearizable', 'linearizable'];
const PAUSE_MS_MAX = 60;
const CONSUMERS = 3;

type Script = (session: Session) => Promise<void>;

/** Puts, deletes and compare-and-swaps on keys that everybody writes to. */
const contend: Script = async (session) => {
  const key = session.seeded.pick(SHARED_KEYS);
  const known = session.known(SHARED, key);
  const turn = session.seeded.below(10);
  // Two of three who are in doubt ask again; the others leave it open.
  const repeat = session.seeded.below(3) > 0;
  const base = { namespace: SHARED, key };
  if (turn < 3) await session.write({ ...base, value: session.freshValue() }, repeat);
  else if (turn < 7 && typeof known === 'string') await session.write({ ...base, value: session.freshValue(), ifMatch: known }, repeat);
  else if (turn < 7) await session.write({ ...base, value: session.freshValue(), ifNoneMatch: known === null }, repeat);
  else if (turn < 8) await session.write({ ...base, value: null }, repeat);
  else await session.read(SHARED, key, 'linearizable', false);
};

/** Writes one key that is its own, each write until it is acknowledged, and reads it back somewhere. */
const insist: Script = async (session) => {
  await session.write({ namespace: OWN, key: session.name, value: session.freshValue() }, true);
  await session.read(OWN, session.name, 'read-your-writes', true);
};

/** Several keys in one command, of which others write the same. */
const bundle: Script = async (session) => {
  const first = session.seeded.below(SHARED_KEYS.length);
  const keys = [0, 1, 2].map((step) => SHARED_KEYS[(first + step) % SHARED_KEYS.length] as string);
  const [judged = ''] = keys;
  const known = session.known(SHARED, judged);
  const ifMatch: Record<string, string> = typeof known === 'string' && session.seeded.below(2) === 0 ? { [judged]: known } : {};
  await session.batch(SHARED, keys, ifMatch, session.seeded.below(2) === 0);
  await session.read(SHARED, judged, 'read-your-writes', true);
};

/** Reads in every mode, on every node, with and without a token; now and then with one that another client was given. */
function look(recorder: Recorder): Script {
  return async (session) => {
    if (session.seeded.below(3) === 0) session.takeOver(recorder.shared);
    const mode = session.seeded.pick(MODES);
    await session.read(SHARED, session.seeded.pick(SHARED_KEYS), mode, session.seeded.below(2) === 0);
  };
}

/** The same request at several nodes at once, under one idempotency key: the client of a careless retry policy. */
const stutter: Script = async (session) => {
  await session.stutter(OWN, session.name);
  await session.read(OWN, session.name, 'linearizable', session.seeded.below(2) === 0);
};

export class Workload {
  readonly recorder: Recorder;
  readonly #sessions: readonly Promise<void>[];
  readonly #consumers: readonly Consumer[];
  #going = true;

  private constructor(cluster: RealCluster, recorder: Recorder, seed: number, since: string) {
    this.recorder = recorder;
    const scripts: readonly (readonly [string, Script, number])[] = [
      ['contend', contend, 3],
      ['insist', insist, 2],
      ['bundle', bundle, 1],
      ['look', look(recorder), 3],
      ['stutter', stutter, 1],
    ];
    this.#sessions = scripts.flatMap(([name, script, count], kind) =>
      Array.from({ length: count }, async (_, at) => {
        const options = { name: `${name}${at}`, cluster, recorder, going: () => this.#going };
        const session = new Session({ ...options, seeded: new Seeded(seed * 1_000 + kind * 10 + at) });
        while (this.#going) {
          await script(session);
          await session.pause(session.seeded.below(PAUSE_MS_MAX));
        }
      }),
    );
    this.#consumers = Array.from({ length: CONSUMERS }, (_, at) => {
      return Consumer.start({ name: `consumer${at}`, cluster, recorder, seeded: new Seeded(seed * 1_000 + 900 + at), since, first: at });
    });
  }

  /** @param since what consumers start behind: the token of something written before */
  static start(cluster: RealCluster, recorder: Recorder, seed: number, since: string): Workload {
    return new Workload(cluster, recorder, seed, since);
  }

  /** Lets every client end what it is at. */
  async end(): Promise<void> {
    this.#going = false;
    await Promise.all(this.#sessions);
  }

  /** Ends the consumers as soon as each has seen this version. @returns what those have to say that never did */
  async endConsumers(version: string): Promise<readonly string[]> {
    const ends = await Promise.allSettled(this.#consumers.map(async (consumer) => consumer.end(version)));
    return ends.flatMap((end) => (end.status === 'rejected' ? [String(end.reason)] : []));
  }

  /** Gives up consumers that wait for something. */
  abandon(): void {
    this.#going = false;
    for (const consumer of this.#consumers) consumer.abandon();
  }
}
