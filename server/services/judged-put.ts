/** A put whose value has been judged before it is proposed: `apply` never parses a value. */
import type { EntryType } from '../../lib/contract/model.ts';
import type { Precondition, PutOperation } from '../state/types.ts';
import type { Services, WriteCall } from './context.ts';
import { ServiceError } from './errors.ts';
import type { ValueFault } from './values/validate-value.ts';

/** What a caller wants written. */
export interface WantedPut extends Precondition {
  readonly key: string;
  readonly value: string;
  readonly type: EntryType | null;
}

/** Where the value stands in the request body. */
export type ValuePointer = string;

/**
 * Judges a put. Without a type it is judged for the type that the entry has now, as this replica knows it; the state machine
 * refuses the command when that has changed, and it is judged anew.
 *
 * @throws ServiceError `value-too-large` or `invalid-value`
 */
export async function judgedPut(
  services: Services,
  call: WriteCall,
  namespace: string,
  wanted: WantedPut,
  pointer: ValuePointer,
): Promise<PutOperation> {
  checkSize(services, wanted, pointer);
  const { key, type, value } = wanted;
  const put = (validFor: readonly EntryType[]): PutOperation => {
    const { ifMatch, ifAbsent } = wanted;
    if (ifMatch === undefined && ifAbsent === undefined) return { op: 'put', key, value, type, validFor };
    return { op: 'put', ...wanted, validFor };
  };
  if (type !== null) {
    await checkValue(services, type, value, key, pointer);
    return put([type]);
  }
  const known = knownType(services, namespace, key);
  const fault = await services.values.judge(known, value);
  if (fault === null) return put(known === 'text' ? ['text'] : ['text', known]);
  // This replica may be behind: ask for the type that is in force now before the value is refused.
  const linear: WriteCall = { ...call, consistency: { ...call.consistency, mode: 'linearizable', onTimeout: 'fail' } };
  const { data } = await services.gateway.read(namespace, { type: 'entry', namespace, key }, linear);
  const current = data?.type ?? 'text';
  if (current === known) throw invalidValue(known, fault, key, pointer);
  await checkValue(services, current, value, key, pointer);
  return put(current === 'text' ? ['text'] : ['text', current]);
}

/** The same put, judged for one more type, after the state machine said that the entry has it. */
export async function judgedAgain(services: Services, put: PutOperation, type: EntryType, pointer: ValuePointer): Promise<PutOperation> {
  await checkValue(services, type, put.value, put.key, pointer);
  return { ...put, validFor: [...put.validFor, type] };
}

function knownType({ gateway }: Services, namespace: string, key: string): EntryType {
  const answer = gateway.peek(namespace, { type: 'entry', namespace, key });
  return answer === null || answer.moved === true ? 'text' : (answer.data?.type ?? 'text');
}

function checkSize(services: Services, { key, value }: WantedPut, pointer: ValuePointer): void {
  const { valueBytesMax } = services.settings;
  if (value.length * 3 <= valueBytesMax) return;
  const bytes = Buffer.byteLength(value);
  if (bytes <= valueBytesMax) return;
  throw new ServiceError('value-too-large', `the value of ${key} has ${bytes} bytes: at most ${valueBytesMax} are kept`, {
    errors: [{ pointer, detail: `at most ${valueBytesMax} bytes` }],
  });
}

async function checkValue(services: Services, type: EntryType, value: string, key: string, pointer: ValuePointer): Promise<void> {
  const fault = await services.values.judge(type, value);
  if (fault !== null) throw invalidValue(type, fault, key, pointer);
}

function invalidValue(type: EntryType, fault: ValueFault, key: string, pointer: ValuePointer): ServiceError {
  return new ServiceError(
    'invalid-value',
    `the value of ${key} is not valid ${type}: line ${fault.line}, column ${fault.column}: ${fault.detail}`,
    {
      errors: [{ pointer, detail: fault.detail, line: fault.line, column: fault.column, offset: fault.offset }],
    },
  );
}
