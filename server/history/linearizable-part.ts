import { must, unreachable } from '../../lib/kernel/assert.ts';
import type { KeyValueInput, KeyValueOutput, Precondition } from './models/key-value.ts';
import type { Operation } from './operation.ts';
import { elementFor, groupOf, positionOf, type RecordedOperation, type RecordedWrite, versionPosition } from './record.ts';

/**
 * What of a recorded history promises to be linearizable: all writes, and the reads in that mode. Reads in weaker modes are
 * for the session checker.
 */
export function linearizablePart(history: readonly RecordedOperation[]): readonly Operation<KeyValueInput, KeyValueOutput>[] {
  return history
    .filter((record) => record.op !== 'read' || record.mode === 'linearizable')
    .map((record) => ({
      process: `${record.session} at ${record.node}`,
      call: record.call,
      return: record.answer?.at ?? null,
      input: inputOf(record),
      output: outputOf(record),
    }));
}

function inputOf(record: RecordedOperation): KeyValueInput {
  const { key } = record;
  switch (record.op) {
    case 'read':
      return { type: 'read', key };
    case 'put':
      return { type: 'put', key, value: record.value, precondition: preconditionOf(record) };
    case 'delete':
      return { type: 'delete', key, precondition: preconditionOf(record) };
    default:
      return unreachable(record);
  }
}

function preconditionOf(record: RecordedWrite): Precondition {
  if (record.ifNoneMatch !== undefined) return { kind: 'absent' };
  return record.ifMatch === undefined ? { kind: 'none' } : { kind: 'version', version: versionPosition(record.ifMatch) };
}

function outputOf(record: RecordedOperation): KeyValueOutput | null {
  const { answer } = record;
  switch (answer?.outcome) {
    case undefined:
      return null;
    case 'found':
      return { kind: 'found', value: answer.value, version: versionPosition(answer.version) };
    case 'written':
      return { kind: 'written', version: positionOf(must(elementFor(answer.token, groupOf(record)), 'a write answers with its version')) };
    case 'conflict':
    case 'absent':
      return { kind: answer.outcome };
    default:
      return unreachable(answer);
  }
}
