/** Verdicts as text: a word and a line for each file, and the evidence below it. */
import type { Model, Operation, Verdict, Violation } from './operation.ts';
import type { RecordedOperation } from './record.ts';
import type { SessionVerdict } from './sessions/check-sessions.ts';

/** What a check of one file came to. */
export interface Report {
  readonly kind: 'fine' | 'broken' | 'undecided' | 'unreadable';
  /** One line, without the file's name. */
  readonly summary: string;
  /** Lines of evidence; empty where there is nothing to prove. */
  readonly evidence: readonly string[];
}

/** How much of a long list is shown. */
const SHOWN_MAX = 12;

const count = (number: number, what: string): string => `${number} ${what}${number === 1 ? '' : 's'}`;

/** What the times of a history are called: `line` where they are the lines of the file, `time` otherwise. */
export type TimeName = 'line' | 'time';

export function reportVerdict<State, Input, Output>(
  model: Model<State, Input, Output>,
  verdict: Verdict<Input, Output>,
  time: TimeName,
): Report {
  switch (verdict.kind) {
    case 'linearizable':
      return {
        kind: 'fine',
        summary: `linearizable (${count(verdict.operations, 'operation')}, ${count(verdict.keys, 'key')})`,
        evidence: [],
      };
    case 'undecided': {
      const summary = `undecided: key ${JSON.stringify(verdict.key)} reached ${verdict.bound} = ${verdict.limit}`;
      return { kind: 'undecided', summary, evidence: ['The search was given up; the history may be linearizable or not.'] };
    }
    case 'violation': {
      const at = `answer at ${time} ${verdict.culprit.return ?? 'unknown'}`;
      const summary = `not linearizable: key ${JSON.stringify(verdict.key)}, ${at} fits no order`;
      return { kind: 'broken', summary, evidence: evidenceOf(model, verdict, time) };
    }
    default:
      return verdict satisfies never;
  }
}

function evidenceOf<State, Input, Output>(
  model: Model<State, Input, Output>,
  violation: Violation<Input, Output>,
  time: TimeName,
): readonly string[] {
  const line = ({ process, call, return: returned, input, output }: Operation<Input, Output>): string =>
    `  ${time} ${call} to ${returned ?? 'open'}, process ${process}: ${model.describe(input, output)}`;
  const { order, concurrent } = violation;
  const hidden = order.length - Math.min(order.length, SHOWN_MAX);
  return [
    `The longest linearizable prefix has ${count(order.length, 'operation')} on this key, in this order${hidden > 0 ? ` (the last ${SHOWN_MAX})` : ''}:`,
    ...order.slice(hidden).map(line),
    `It leaves: ${violation.state}`,
    'No order has room for this answer as well:',
    line(violation.culprit),
    `At the same time or without answer${concurrent.length > SHOWN_MAX ? ` (the last ${SHOWN_MAX} of ${concurrent.length})` : ''}:`,
    ...(concurrent.length === 0 ? ['  nothing'] : concurrent.slice(-SHOWN_MAX).map(line)),
  ];
}

export function reportSessions(verdict: SessionVerdict): Report {
  if (verdict.kind === 'honoured') {
    const summary = `sessions honoured (${count(verdict.operations, 'operation')}, ${count(verdict.sessions, 'session')})`;
    return { kind: 'fine', summary, evidence: [] };
  }
  const { violations } = verdict;
  const [first] = violations;
  const evidence = violations
    .slice(0, SHOWN_MAX)
    .flatMap(({ kind, message, record, against }) => [
      `${kind}: ${message}`,
      `  ${describeRecord(record)}`,
      ...(against === null ? [] : [`  against ${describeRecord(against)}`]),
    ]);
  const hidden = violations.length - Math.min(violations.length, SHOWN_MAX);
  const more = hidden === 0 ? [] : [`and ${hidden} more`];
  const summary = `sessions not honoured: ${count(violations.length, 'violation')}, first ${first?.kind ?? ''}: ${first?.message ?? ''}`;
  return { kind: 'broken', summary, evidence: [...evidence, ...more] };
}

function describeRecord(record: RecordedOperation): string {
  return JSON.stringify(record);
}
