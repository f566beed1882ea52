/** The response headers of spec 1, section 2: which state an answer speaks of, and how fresh its replica is. */
import type { ConsistencyMode, LogPosition } from '../../lib/contract/model.ts';
import { REGISTRY_GROUP, formatVersion } from '../../lib/contract/token.ts';
import type { Engine } from '../engine/types.ts';
import { historyOf } from '../services/cursor.ts';
import type { GroupFacts } from '../services/errors.ts';
import type { ShardMap } from '../services/shard-map.ts';

/** Names and values in turn, as `writeHead` takes them: building an object of so many names costs several times as much. */
export type HeaderList = string[];

/** For every answer of the API: a value may hold anything, so no browser may make a page of it. */
export const SECURITY_HEADERS: readonly string[] = [
  'x-content-type-options',
  'nosniff',
  'content-security-policy',
  "default-src 'none'; frame-ancestors 'none'",
  'cross-origin-resource-policy',
  'same-origin',
  'referrer-policy',
  'no-referrer',
];

export interface AnswerFacts {
  readonly group: string;
  readonly position: LogPosition;
  /** Of an answer from several groups: the others. */
  readonly also?: readonly GroupFacts[] | undefined;
  /** As `X-Confman-Replica` names the one of `group`; undefined: it is this node's. */
  readonly replica?: string | undefined;
  /** Null for answers that are no reads. */
  readonly mode: ConsistencyMode | null;
  readonly waitedMs: number | null;
}

const SF_TOKEN = /^[A-Za-z*][A-Za-z0-9!#$%&'*+.^_`|~:/-]*$/;

/** A name as an item of a structured field (RFC 9651): a token where it can be one, else a string. */
function item(name: string): string {
  return SF_TOKEN.test(name) ? name : `"${name}"`;
}

export class VersionHeaders {
  readonly #engine: Engine;
  readonly #node: string;

  readonly #map: Pick<ShardMap, 'epoch'>;

  constructor(engine: Engine, map: Pick<ShardMap, 'epoch'>) {
    this.#engine = engine;
    this.#map = map;
    this.#node = item(engine.nodeId);
  }

  /** Adds the headers of an authenticated answer to `target`. */
  write(target: HeaderList, facts: AnswerFacts): void {
    const { group, also = [] } = facts;
    const history = historyOf(this.#engine, group);
    let version = formatVersion(group, facts.position);
    let token = `${history}/${version}`;
    let replica = facts.replica ?? this.replica(group, facts.waitedMs);
    const add = (element: string): void => {
      version += `,${element}`;
      token += `,${history}/${element}`;
    };
    for (const other of also) {
      add(formatVersion(other.group, other.applied));
      replica += `, ${other.replica ?? this.replica(other.group, other.waitedMs)}`;
    }
    // By which division of the namespaces the answer was routed: whoever is asked next must not know less.
    const { epoch } = this.#map;
    if (epoch > 0) add(formatVersion(REGISTRY_GROUP, { term: 0, index: epoch }));
    target.push('x-confman-version', version, 'x-confman-token', token, 'x-confman-replica', replica);
    if (facts.mode !== null) target.push('x-confman-consistency', facts.mode);
  }

  /** A member of `X-Confman-Replica`: how fresh this node's replica of a group is. */
  replica(group: string, waitedMs: number | null): string {
    const view = this.#engine.view(group);
    let member = `${this.#node};role=${view.role};group=${item(group)}`;
    // What is not known is not shown as fresh: the lag of a replica without contact means nothing.
    member += view.stale ? ';stale=?1' : `;lag=${Math.max(0, view.commitIndex - view.appliedIndex)}`;
    if (view.contactMs !== null) member += `;contact-ms=${Math.round(view.contactMs)}`;
    if (waitedMs !== null) member += `;waited-ms=${Math.round(waitedMs)}`;
    return member;
  }
}
