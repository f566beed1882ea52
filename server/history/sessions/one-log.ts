import type { TokenElement } from '../../../lib/contract/token.ts';
import { groupBy } from '../group-by.ts';
import { elementFor, elementsOf, groupOf, type RecordedOperation } from '../record.ts';
import { logOf, show } from './heard.ts';
import type { SessionViolation } from './violation.ts';

interface Told {
  readonly element: TokenElement;
  readonly record: RecordedOperation;
}

/** Every position told by an answer: its token, and the version of the entry that it shows. */
function* positionsTold(record: RecordedOperation): Iterable<Told> {
  if (record.answer === null) return;
  for (const element of elementsOf(record.answer.token)) yield { element, record };
  if (record.answer.outcome !== 'found') return;
  // A bare version is of the log that the answer's token names for the group.
  const history = elementFor(record.answer.token, groupOf(record))?.history ?? null;
  for (const element of elementsOf(record.answer.version)) yield { element: { ...element, group: groupOf(record), history }, record };
}

/** One index has one term, and terms never fall along a log: otherwise two leaders of one term, or two logs, gave answers. */
export function* checkOneLog(history: readonly RecordedOperation[]): Iterable<SessionViolation> {
  for (const told of groupBy(
    history.flatMap((record) => [...positionsTold(record)]),
    ({ element }) => logOf(element),
  ).values()) {
    let highest: Told | null = null;
    for (const next of told.toSorted((a, b) => Number(a.element.index - b.element.index))) {
      if (highest !== null) {
        const known = highest.element;
        const contradicts = known.index === next.element.index ? known.term !== next.element.term : known.term > next.element.term;
        if (contradicts) {
          const message = `${show(known)} and ${show(next.element)} cannot be in one log`;
          yield { kind: 'split-log', message, record: next.record, against: highest.record };
        }
      }
      if (highest === null || next.element.term >= highest.element.term) highest = next;
    }
  }
}
