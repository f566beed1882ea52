/** API keys: list, create, revoke. For admins whose key is not limited to namespaces. */
import type { ApiKeyList, CreateKeyAnswer, CreateKeyRequest, RevokeKeyAnswer } from '../../lib/contract/schemas/access.ts';
import { formatVersion } from '../../lib/contract/token.ts';
import { hashSecret, mintKeyId, mintSecret } from '../auth/secret.ts';
import type { Call, ReadResult, Services, WriteCall, WriteResult } from './context.ts';
import { CLUSTER, CLUSTER_GROUP } from './context.ts';
import { decodeCursor, encodeCursor, isText, reachingCursor } from './cursor.ts';
import { ServiceError } from './errors.ts';
import { requireCluster } from './guards.ts';
import { refusalOf } from './refusals.ts';
import { toApiKey } from './rows.ts';
import { writeCommand } from './write-command.ts';

const GROUP = CLUSTER_GROUP;
const NOTHING = { namespace: '', keys: [] };

export async function listKeys(
  services: Services,
  call: Call,
  input: { readonly limit: number; readonly cursor: string | null },
): Promise<ReadResult<ApiKeyList>> {
  requireCluster(call.principal);
  const { engine, reads } = services;
  const question = ['keys'];
  const cursor = input.cursor === null ? null : decodeCursor(engine, question, input.cursor, isText);
  const read = await reads.scan(
    CLUSTER,
    { type: 'keys', rowsMax: input.limit, after: cursor?.position ?? null },
    reachingCursor(call, cursor),
  );
  const { rows, more } = read.data;
  const last = rows.at(-1);
  const nextCursor = more && last !== undefined ? encodeCursor(engine, GROUP, question, read.applied, last.id) : null;
  return { ...read, data: { items: rows.map(toApiKey), nextCursor } };
}

export async function createKey(
  services: Services,
  call: WriteCall,
  { body }: { readonly body: CreateKeyRequest },
): Promise<WriteResult<CreateKeyAnswer>> {
  requireCluster(call.principal);
  const { sources } = services;
  const expiresAtMs = typeof body.expiresAt === 'string' ? Date.parse(body.expiresAt) : null;
  if (expiresAtMs !== null && expiresAtMs <= sources.nowMs()) {
    throw new ServiceError('invalid-body', 'the key would have expired already', {
      errors: [{ pointer: '/expiresAt', detail: 'it must lie in the future' }],
    });
  }
  const secret = mintSecret(sources.randomBytes);
  const id = mintKeyId(sources.randomBytes);
  const command = {
    type: 'create-key',
    id,
    name: body.name,
    role: body.role,
    scope: body.scope ?? null,
    expiresAtMs,
    secretHash: hashSecret(secret),
  } as const;
  const written = await writeCommand(services, call, { namespace: null, body: command, frees: false });
  const { data } = written;
  if (data.kind === 'refused') throw await refusalOf(services, call, written, data, NOTHING);
  if (data.kind !== 'key') throw new TypeError(`a new key was answered with ${data.kind}`);
  // What is kept for replays never contains a secret, so a replay has none to show.
  return { ...written, data: { ...data.key, version: formatVersion(GROUP, written.position), secret: written.replayed ? null : secret } };
}

export async function revokeKey(
  services: Services,
  call: WriteCall,
  { id }: { readonly id: string },
): Promise<WriteResult<RevokeKeyAnswer>> {
  requireCluster(call.principal);
  const written = await writeCommand(services, call, { namespace: null, body: { type: 'revoke-key', id }, frees: true });
  const { data } = written;
  if (data.kind === 'refused') throw await refusalOf(services, call, written, data, NOTHING);
  return { ...written, data: { version: formatVersion(GROUP, written.position), id } };
}
