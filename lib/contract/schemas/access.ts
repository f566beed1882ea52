/** API keys and sessions. */
import { z } from 'zod';
import type * as model from '../model.ts';
import { KeyLabel, NamespaceName, Role, SCOPE_PREFIXES_MAX, Time, Version, pageOf } from './common.ts';

const keyFields = {
  id: z.string(),
  name: z.string(),
  role: Role,
  scope: z.array(NamespaceName).nullable().meta({ description: 'Namespace prefixes, by whole segments; null: everything' }),
  createdAt: Time,
  createdBy: z.string(),
  expiresAt: Time.nullable(),
  lastUsedAt: Time.nullable().meta({ description: 'Coarse: written now and then' }),
  revokedAt: Time.nullable(),
};

export const ApiKey = z.object(keyFields).meta({ id: 'ApiKey' }) satisfies z.ZodType<model.ApiKey>;
export type ApiKey = model.ApiKey;

export const ApiKeyList = pageOf(ApiKey).meta({ id: 'ApiKeyList' });
export type ApiKeyList = { readonly items: readonly ApiKey[]; readonly nextCursor: string | null };

export const CreateKeyRequest = z
  .strictObject({
    name: KeyLabel,
    role: Role,
    scope: z
      .array(NamespaceName)
      .min(1, 'a scope names at least one namespace; leave it out for all')
      .max(SCOPE_PREFIXES_MAX)
      .nullable()
      .optional(),
    expiresAt: z.iso
      .datetime({ offset: true, error: 'it must be an RFC 3339 time, for example 2027-01-31T00:00:00.000Z' })
      .nullable()
      .optional(),
  })
  .meta({ id: 'CreateKeyRequest' });
export type CreateKeyRequest = z.infer<typeof CreateKeyRequest>;

export const CreateKeyAnswer = z
  .object({
    ...keyFields,
    version: Version,
    secret: z.string().nullable().meta({ description: 'Shown once; null when this answer is a replay' }),
  })
  .meta({ id: 'CreateKeyAnswer' });
export type CreateKeyAnswer = model.ApiKey & { readonly version: string; readonly secret: string | null };

export const RevokeKeyAnswer = z.object({ version: Version, id: z.string() }).meta({ id: 'RevokeKeyAnswer' });
export type RevokeKeyAnswer = z.infer<typeof RevokeKeyAnswer>;

export const SignInRequest = z.strictObject({ key: z.string().min(1).max(200) }).meta({ id: 'SignInRequest' });
export type SignInRequest = z.infer<typeof SignInRequest>;

/** Who asks, and where. `via` says how the caller showed it. */
export const Session = z
  .object({
    key: z.object({ id: z.string(), name: z.string() }),
    role: Role,
    scope: z.array(z.string()).nullable(),
    via: z.enum(['bearer', 'cookie']),
    expiresAt: Time.nullable().meta({ description: 'When the session cookie ends, or the key; null: never' }),
    node: z.string(),
    cluster: z.string().nullable(),
    lab: z.boolean(),
  })
  .meta({ id: 'Session' });
export type Session = z.infer<typeof Session>;

export const SignOutAnswer = z.object({ signedOut: z.literal(true) }).meta({ id: 'SignOutAnswer' });
export type SignOutAnswer = z.infer<typeof SignOutAnswer>;
