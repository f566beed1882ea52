/** What is written and read everywhere in a run: values of 1 KB, ASCII, of no particular kind. */
import type { ConfmanCluster, ConfmanNode } from './subjects/confman.ts';
import { Connection, headerOf } from './load/connection.ts';
import type { RequestPlan } from './load/plan.ts';
import { paddedNumber, requestPieces } from './load/plan.ts';

const VALUE_BYTES = 1_024;
export const NAMESPACE = 'bench';
/** Keys that reads are spread over. */
export const KEYS = 1_000;
const SEED_CONNECTIONS = 16;

/** Letters and digits without a pattern that would make it small. */
export const VALUE = Array.from({ length: VALUE_BYTES }, (_, at) => ((at * 7_919 + 13 * at * at) % 36).toString(36)).join('');

export const ENTRY_PATH = `/api/v1/namespaces/${NAMESPACE}/config`;

/** @param prefix of the keys, so that several writers do not meet */
export function putPlan(cluster: ConfmanCluster, prefix: string, count: number): RequestPlan {
  const headers = { ...cluster.headers, 'Content-Type': 'application/json' };
  return { method: 'PUT', path: `${ENTRY_PATH}/${prefix}{n}`, headers, body: JSON.stringify({ value: VALUE }), first: 0, count };
}

/** @param token null: a read that asks for nothing */
export function getPlan(cluster: ConfmanCluster, token: string | null): RequestPlan {
  const headers = token === null ? cluster.headers : { ...cluster.headers, 'X-Confman-Min-Version': token };
  return { method: 'GET', path: `${ENTRY_PATH}/r{n}`, headers, first: 0, count: KEYS };
}

/** Writes the entries that are read later. @returns a token that covers them all, and what a read of one of them answers */
export async function seed(cluster: ConfmanCluster, leader: ConfmanNode): Promise<{ readonly token: string; readonly body: string }> {
  const pieces = requestPieces(putPlan(cluster, 'r', KEYS), leader.port);
  let next = 0;
  const writer = async (): Promise<void> => {
    const connection = await Connection.open(leader.port);
    while (next < KEYS) {
      const number = paddedNumber(next);
      next += 1;
      const { status, body } = await connection.send(pieces.join(number));
      if (status >= 300) throw new Error(`a write was answered with ${status}: ${body}`);
    }
    connection.close();
  };
  await Promise.all(Array.from({ length: SEED_CONNECTIONS }, writer));
  const connection = await Connection.open(leader.port);
  const answer = await connection.send(requestPieces(getPlan(cluster, null), leader.port).join(paddedNumber(1)));
  connection.close();
  const token = headerOf(answer.head, 'x-confman-token');
  if (answer.status !== 200 || token === null) throw new Error(`a read was answered with ${answer.status}: ${answer.body}`);
  return { token, body: answer.body };
}
