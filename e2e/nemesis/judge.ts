/** Judges what a run has left behind: pure, so that every rule can be shown to fail (`e2e/faults/judge.test.ts`). */
import { checkLinearizable } from '../../server/history/linearizability.ts';
import { linearizablePart } from '../../server/history/linearizable-part.ts';
import { KEY_VALUE } from '../../server/history/models/key-value.ts';
import { elementFor, type RecordedOperation } from '../../server/history/record.ts';
import { reportSessions, reportVerdict } from '../../server/history/report.ts';
import { checkSessions } from '../../server/history/sessions/check-sessions.ts';
import type { Watched } from './recorder.ts';

/** One revision of a key, as the cluster shows it in the end. */
export interface FinalRevision {
  readonly revision: number;
  readonly version: string;
  /** Null: a deletion. */
  readonly value: string | null;
}

export interface FinalAudit {
  readonly action: string;
  readonly key: string;
  readonly version: string;
  readonly newRevision: number | null;
}

export interface Evidence {
  readonly operations: readonly RecordedOperation[];
  readonly refused: ReadonlyMap<string, string>;
  readonly batches: ReadonlyMap<string, readonly { readonly key: string; readonly value: string }[]>;
  readonly watched: readonly Watched[];
  /** Revisions of every key, oldest first. */
  readonly histories: ReadonlyMap<string, readonly FinalRevision[]>;
  readonly audit: readonly FinalAudit[];
  /** Of every node that serves: what it holds, at one applied index. */
  readonly contents: readonly { readonly node: string; readonly index: number; readonly hash: string }[];
}

/** A promise that was broken, in words. */
export interface Finding {
  readonly rule: 'linearizable' | 'session' | 'exactly-once' | 'audit' | 'batch' | 'watch' | 'replicas' | 'answers' | 'processes';
  readonly text: string;
}

type Rule = (evidence: Evidence) => Iterable<Finding>;

function* linearizable({ operations }: Evidence): Iterable<Finding> {
  const report = reportVerdict(KEY_VALUE, checkLinearizable(KEY_VALUE, linearizablePart(operations)), 'time');
  if (report.kind !== 'fine') yield { rule: 'linearizable', text: [report.summary, ...report.evidence].join('\n    ') };
}

function* sessions({ operations }: Evidence): Iterable<Finding> {
  const report = reportSessions(checkSessions(operations));
  if (report.kind !== 'fine') yield { rule: 'session', text: [report.summary, ...report.evidence.slice(0, 12)].join('\n    ') };
}

function versionOf(token: string): string {
  const element = elementFor(token, 'default');
  return element === undefined ? '' : `${element.term}:${element.index}`;
}

const notOnce = (text: string): Finding => ({ rule: 'exactly-once', text });

/** Where each value and each deletion is, if the histories make sense in themselves. */
function* placed(histories: Evidence['histories'], values: Map<string, string>, deletions: Set<string>): Iterable<Finding> {
  for (const [key, revisions] of histories) {
    for (const [at, { revision, version, value }] of revisions.entries()) {
      const place = `${key} ${version}`;
      if (revision !== at + 1) yield notOnce(`${key}: revision ${revision} where ${at + 1} is due`);
      if (value === null) deletions.add(place);
      else {
        const before = values.get(value);
        if (before !== undefined) yield notOnce(`${value} was written twice: as ${before} and as ${place}`);
        values.set(value, place);
      }
    }
  }
}

/** Every acknowledged write is a revision, once; what nobody knows is one at most once; what was refused is none. */
function* putsOnce({ operations, refused }: Evidence, values: ReadonlyMap<string, string>): Iterable<Finding> {
  const explained = new Set<string>();
  for (const record of operations) {
    if (record.op !== 'put') continue;
    const { answer, key, value } = record;
    const found = values.get(value);
    explained.add(value);
    if (answer?.outcome === 'written' && found !== `${key} ${versionOf(answer.token)}`)
      yield notOnce(`${value} was acknowledged as ${key} ${versionOf(answer.token)} and is ${found ?? 'nowhere'}`);
    if (answer?.outcome === 'conflict' && found !== undefined) yield notOnce(`${value} was refused by its precondition and is ${found}`);
  }
  for (const [value, place] of values) {
    if (refused.has(value)) yield notOnce(`${value} was refused for certain and is ${place}`);
    else if (!explained.has(value)) yield notOnce(`${value} is ${place}, and nobody wrote it`);
  }
}

/** The same for deletions, which have no value to be known by: those in doubt explain at most as many on their key. */
function* deletionsOnce({ operations }: Evidence, deletions: Set<string>): Iterable<Finding> {
  const inDoubt = new Map<string, number>();
  for (const record of operations) {
    if (record.op !== 'delete') continue;
    const { answer, key, session } = record;
    if (answer === null) inDoubt.set(key, (inDoubt.get(key) ?? 0) + 1);
    else if (answer.outcome === 'written' && !deletions.delete(`${key} ${versionOf(answer.token)}`))
      yield notOnce(
        `the deletion ${versionOf(answer.token)} of ${key} was acknowledged to ${session} and is not in its history, or was told twice`,
      );
  }
  for (const place of deletions) {
    const key = place.slice(0, place.lastIndexOf(' '));
    const left = inDoubt.get(key) ?? 0;
    if (left === 0) yield notOnce(`nobody has asked for the deletion ${place}`);
    inDoubt.set(key, left - 1);
  }
}

function* exactlyOnce(evidence: Evidence): Iterable<Finding> {
  const values = new Map<string, string>();
  const deletions = new Set<string>();
  yield* placed(evidence.histories, values, deletions);
  yield* putsOnce(evidence, values);
  yield* deletionsOnce(evidence, deletions);
}

/** One event per revision, and none besides. */
function* audited({ histories, audit }: Evidence): Iterable<Finding> {
  const due = new Map<string, string>();
  for (const [key, revisions] of histories) {
    let before: FinalRevision | null = null;
    for (const revision of revisions) {
      const action = revision.value === null ? 'deleted' : before === null || before.value === null ? 'created' : 'updated';
      due.set(`${key} ${revision.version}`, `config.${action} ${revision.revision}`);
      before = revision;
    }
  }
  for (const { action, key, version, newRevision } of audit) {
    const place = `${key} ${version}`;
    const expected = due.get(place);
    // A deletion has no new revision to name.
    const said = action === 'config.deleted' ? action : `${action} ${newRevision ?? '?'}`;
    if (expected === undefined) yield { rule: 'audit', text: `an event too many: ${said} of ${place}` };
    else if (!expected.startsWith(said)) yield { rule: 'audit', text: `${place} is ${said} in the audit log, but ${expected} in history` };
    due.delete(place);
  }
  for (const [place, expected] of due) yield { rule: 'audit', text: `no event for ${expected} of ${place}` };
}

function* batchesWhole({ batches, histories }: Evidence): Iterable<Finding> {
  const versions = new Map<string, string>();
  for (const [key, revisions] of histories) for (const { value, version } of revisions) versions.set(`${key} ${value ?? ''}`, version);
  for (const [name, puts] of batches) {
    const found = new Set(puts.map(({ key, value }) => versions.get(`${key} ${value}`) ?? 'nowhere'));
    if (found.size > 1) yield { rule: 'batch', text: `the batch ${name} is in pieces: ${[...found].join(', ')}` };
  }
}

/** Every change behind the start, once, in order, with its values, command by command. */
function* watchedAll({ watched, histories }: Evidence): Iterable<Finding> {
  const indexOf = (version: string): number => Number(version.split(':')[1]);
  const commands = new Map<string, string[]>();
  for (const [key, revisions] of histories)
    for (const { version, revision, value } of revisions)
      commands.set(version, [...(commands.get(version) ?? []), `${key} #${revision} ${value ?? 'deleted'}`]);
  const inOrder = [...commands].toSorted(([a], [b]) => indexOf(a) - indexOf(b));
  for (const { consumer, events, since } of watched) {
    const start = indexOf(versionOf(since));
    const due = inOrder
      .filter(([version]) => indexOf(version) > start)
      .map(([version, lines]) => `${version} ${lines.toSorted().join(', ')}`);
    const seen = events.map(
      ({ version, changes }) =>
        `${version} ${changes
          .map(({ key, revision, value }) => `${key} #${revision ?? '?'} ${value ?? 'deleted'}`)
          .toSorted()
          .join(', ')}`,
    );
    const at = due.findIndex((line, place) => line !== seen[place]);
    if (at !== -1)
      yield {
        rule: 'watch',
        text: `${consumer} got ${seen[at] ?? 'nothing'} as event ${at + 1} of ${due.length}, where ${due[at] ?? ''} is due`,
      };
    else if (seen.length > due.length) yield { rule: 'watch', text: `${consumer} got an event too many: ${seen[due.length] ?? ''}` };
  }
}

function* replicasEqual({ contents }: Evidence): Iterable<Finding> {
  const [first] = contents;
  for (const { node, index, hash } of contents)
    if (index !== first?.index || hash !== first.hash)
      yield {
        rule: 'replicas',
        text: `${node} at ${index} holds ${hash}, ${first?.node ?? ''} at ${first?.index ?? ''} holds ${first?.hash ?? ''}`,
      };
}

const RULES: readonly Rule[] = [linearizable, sessions, exactlyOnce, audited, batchesWhole, watchedAll, replicasEqual];

/** Every promise that was broken; none for a good run. */
export function judge(evidence: Evidence): readonly Finding[] {
  return RULES.flatMap((rule) => [...rule(evidence)]);
}
