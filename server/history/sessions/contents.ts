/** Rules about what was read: the entry is the one that belongs to the applied version which the answer names. */
import { groupBy } from '../group-by.ts';
import { isSame, type Position } from '../position.ts';
import {
  elementFor,
  elementsOf,
  groupOf,
  positionOf,
  type RecordedOperation,
  type RecordedRead,
  type RecordedWrite,
  versionPosition,
} from '../record.ts';
import { logOf } from './heard.ts';
import type { SessionViolation } from './violation.ts';

interface Write {
  readonly record: RecordedWrite;
  readonly position: Position;
}

type AnsweredRead = RecordedRead & { readonly answer: NonNullable<RecordedRead['answer']> };

/** What the history says about one key in one log. */
interface KeyStory {
  /** Acknowledged, by position. */
  readonly writes: readonly Write[];
  /** Unanswered: each may stand anywhere in the log, or nowhere. */
  readonly open: readonly RecordedWrite[];
}

const show = ({ term, index }: Position): string => `${term}:${index}`;

/** Judges every entry that was read, whatever the mode: each read is of one state, which its token names. */
export function* checkContents(history: readonly RecordedOperation[]): Iterable<SessionViolation> {
  for (const records of groupBy(history, (record) => `${groupOf(record)}/${record.key}`).values()) {
    const open = records.filter((record): record is RecordedWrite => record.op !== 'read' && record.answer === null);
    for (const [log, told] of groupBy(records, logToldBy)) {
      if (log === null) continue;
      const writes = told.flatMap(acknowledged).toSorted((a, b) => a.position.index - b.position.index);
      yield* issuedTwice(writes);
      const entries = new Map<string, AnsweredRead>();
      for (const record of told) {
        if (record.op !== 'read' || record.answer === null) continue;
        const read: AnsweredRead = { ...record, answer: record.answer };
        yield* judgeRead(read, record, { writes, open });
        yield* judgeAgainstOthers(read, record, entries);
      }
    }
  }
}

function logToldBy(record: RecordedOperation): string | null {
  const element = record.answer === null ? undefined : elementFor(record.answer.token, groupOf(record));
  return element === undefined ? null : logOf(element);
}

function acknowledged(record: RecordedOperation): readonly Write[] {
  if (record.op === 'read' || record.answer?.outcome !== 'written') return [];
  const element = elementFor(record.answer.token, groupOf(record));
  return element === undefined ? [] : [{ record, position: positionOf(element) }];
}

function* issuedTwice(writes: readonly Write[]): Iterable<SessionViolation> {
  for (const [at, { record, position }] of writes.entries()) {
    const before = writes[at - 1];
    if (before === undefined || before.position.index !== position.index) continue;
    yield { kind: 'version-issued-twice', message: `two writes were answered with ${show(position)}`, record, against: before.record };
  }
}

/** The last write at or below an index: binary search. */
function lastUpTo(writes: readonly Write[], index: number): Write | null {
  let low = 0;
  let high = writes.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((writes[middle]?.position.index ?? Infinity) <= index) low = middle + 1;
    else high = middle;
  }
  return writes[low - 1] ?? null;
}

function* judgeRead(read: AnsweredRead, record: RecordedRead, { writes, open }: KeyStory): Iterable<SessionViolation> {
  const { answer } = read;
  const element = elementFor(answer.token, groupOf(read));
  if (element === undefined) return;
  const applied = positionOf(element);
  const last = lastUpTo(writes, applied.index);
  const against = last?.record ?? null;
  // An unanswered write can explain what was read only if it was called before the answer came.
  const possible = open.filter(({ call }) => call <= answer.at);
  if (answer.outcome === 'absent') {
    if (last === null || last.record.op === 'delete' || possible.some(({ op }) => op === 'delete')) return;
    yield { kind: 'old-value', message: `absent at ${show(applied)}, though ${show(last.position)} wrote it`, record, against };
    return;
  }
  const version = versionPosition(answer.version);
  const entry = `${JSON.stringify(answer.value)} of ${show(version)}`;
  if (version.index > applied.index) {
    yield { kind: 'newer-than-applied', message: `${entry} read at ${show(applied)}`, record, against: null };
    return;
  }
  // Without a write before it, the entry may have stood there before the history began.
  if (last === null) return;
  const wanted = show(last.position);
  if (version.index < last.position.index) {
    yield { kind: 'old-value', message: `${entry} read at ${show(applied)}, which includes ${wanted}`, record, against };
  } else if (isSame(version, last.position)) {
    if (last.record.op === 'put' && last.record.value === answer.value) return;
    const wrote = last.record.op === 'put' ? JSON.stringify(last.record.value) : 'a deletion';
    yield { kind: 'old-value', message: `${entry}, which is ${wrote}`, record, against };
  } else if (!possible.some((write) => write.op === 'put' && write.value === answer.value)) {
    yield { kind: 'value-nobody-wrote', message: `${entry} follows ${wanted}, and no write can have made it`, record, against };
  }
}

/** Two reads of one version see one value. */
function* judgeAgainstOthers(read: AnsweredRead, record: RecordedRead, entries: Map<string, AnsweredRead>): Iterable<SessionViolation> {
  if (read.answer.outcome !== 'found') return;
  const [version] = elementsOf(read.answer.version);
  const other = entries.get(String(version?.index));
  if (other === undefined) {
    entries.set(String(version?.index), read);
  } else if (other.answer.outcome === 'found' && other.answer.value !== read.answer.value) {
    const values = `${JSON.stringify(other.answer.value)} and ${JSON.stringify(read.answer.value)}`;
    yield { kind: 'old-value', message: `${read.answer.version} was read as ${values}`, record, against: other };
  }
}
