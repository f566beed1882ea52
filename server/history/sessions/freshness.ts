/** Rules about which state was read: at least what was demanded, what the session knew, and what everybody knew. */
import { groupBy } from '../group-by.ts';
import { elementFor, elementsOf, groupOf, type RecordedOperation } from '../record.ts';
import { logOf, show, withWhatWasHeard } from './heard.ts';
import type { SessionViolation } from './violation.ts';

/** Read-your-writes: a read never answers from a state older than its min-version, whoever issued that, on whichever node. */
export function* checkDemands(history: readonly RecordedOperation[]): Iterable<SessionViolation> {
  for (const record of history) {
    if (record.op !== 'read' || record.mode === 'eventual' || record.answer === null || record.minVersion === undefined) continue;
    for (const demanded of elementsOf(record.minVersion)) {
      const applied = elementFor(record.answer.token, demanded.group);
      if (applied === undefined) {
        // An answer speaks of the groups that it read from; that of its key is always among them.
        if (demanded.group !== groupOf(record)) continue;
        yield {
          kind: 'missed-demand',
          message: `demanded ${show(demanded)}, told no applied version of that group`,
          record,
          against: null,
        };
      } else if (applied.index < demanded.index) {
        yield { kind: 'missed-demand', message: `demanded ${show(demanded)}, read at ${show(applied)}`, record, against: null };
      } else if (demanded.history !== null && applied.history !== null && clusterOf(demanded.history) !== clusterOf(applied.history)) {
        yield {
          kind: 'missed-demand',
          message: `demanded ${show(demanded)} of another cluster than ${show(applied)}`,
          record,
          against: null,
        };
      }
    }
  }
}

function clusterOf(history: string): string {
  return history.slice(0, history.indexOf('.'));
}

/** Monotonic reads: whatever a session was told before a read was called, the read is not older. Eventual reads promise nothing. */
export function* checkSessionOrder(history: readonly RecordedOperation[]): Iterable<SessionViolation> {
  for (const operations of groupBy(history, ({ session }) => session).values()) {
    for (const [record, heard] of withWhatWasHeard(operations)) {
      if (record.op !== 'read' || record.mode === 'eventual' || record.answer === null) continue;
      for (const applied of elementsOf(record.answer.token)) {
        const known = heard.get(logOf(applied));
        if (known === undefined || known.element.index <= applied.index) continue;
        yield { kind: 'went-back', message: `read at ${show(applied)} after ${show(known.element)}`, record, against: known.from };
      }
    }
  }
}

/** A linearizable read includes, and a write comes after, everything that anyone had been told before it was called. */
export function* checkRecency(history: readonly RecordedOperation[]): Iterable<SessionViolation> {
  for (const [record, heard] of withWhatWasHeard(history)) {
    const isWrite = record.op !== 'read' && record.answer?.outcome === 'written';
    const isRead = record.op === 'read' && record.mode === 'linearizable';
    if (record.answer === null || !(isWrite || isRead)) continue;
    for (const told of elementsOf(record.answer.token)) {
      const known = heard.get(logOf(told));
      if (known === undefined || known.element.index < told.index || (isRead && known.element.index === told.index)) continue;
      const what = isWrite ? 'written as' : 'read at';
      yield { kind: 'not-recent', message: `${what} ${show(told)} after ${show(known.element)} was told`, record, against: known.from };
    }
  }
}
