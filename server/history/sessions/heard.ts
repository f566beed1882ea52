import { formatElement, type TokenElement } from '../../../lib/contract/token.ts';
import { elementsOf, type RecordedOperation } from '../record.ts';

/** The log that an element speaks of: a group of one lineage. */
export function logOf(element: TokenElement): string {
  return `${element.history ?? ''}/${element.group}`;
}

/** The highest position of a log that an answer has told, and which answer that was. */
export interface Heard {
  readonly element: TokenElement;
  readonly from: RecordedOperation;
}

/**
 * Goes through the operations by time of call. Each is shown with what answers that came strictly before its call had told;
 * an answer at the very moment of the call counts as concurrent.
 */
export function* withWhatWasHeard(
  history: readonly RecordedOperation[],
): Iterable<readonly [record: RecordedOperation, heard: ReadonlyMap<string, Heard>]> {
  const byCall = history.toSorted((a, b) => a.call - b.call);
  const byAnswer = history
    .flatMap((record) => (record.answer === null ? [] : [{ record, answer: record.answer }]))
    .toSorted((a, b) => a.answer.at - b.answer.at);
  const heard = new Map<string, Heard>();
  let next = 0;
  for (const record of byCall) {
    for (let due = byAnswer[next]; due !== undefined && due.answer.at < record.call; due = byAnswer[++next]) {
      for (const element of elementsOf(due.answer.token)) {
        const known = heard.get(logOf(element));
        if (known === undefined || known.element.index < element.index) heard.set(logOf(element), { element, from: due.record });
      }
    }
    yield [record, heard];
  }
}

/** For messages. */
export function show(element: TokenElement): string {
  return formatElement(element);
}
