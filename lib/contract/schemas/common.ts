/** Building blocks of the API's schemas. Requests are strict (unknown fields are refused), responses are open to new fields. */
import { z } from 'zod';
import { ENTRY_TYPES, ROLES } from '../model.ts';
import { baseUrlFault, hostPortFault, keyFault, labelFault, namespaceFault, nodeIdFault, textFault } from '../names.ts';

export const MESSAGE_CHARS_MAX = 1000;
export const DESCRIPTION_CHARS_MAX = 2000;
export const OWNER_CHARS_MAX = 200;
export const KEY_NAME_CHARS_MAX = 100;
export const SCOPE_PREFIXES_MAX = 64;
export const BATCH_OPERATIONS_MAX = 128;
export const BATCH_BYTES_MAX = 4 * 1024 * 1024;
export const VALUE_BYTES_HARD_MAX = 8 * 1024 * 1024;
export const LIST_LIMIT_DEFAULT = 100;
export const LIST_LIMIT_MAX = 1000;
export const IDEMPOTENCY_KEY_CHARS_MAX = 128;
export const REQUEST_ID_CHARS_MAX = 128;

/** A string that a rule of `names.ts` (or one like it) judges: the fault becomes the message. */
function judged(
  judge: (text: string) => string | null,
  meta: {
    readonly description: string;
    readonly minLength?: number;
    readonly maxLength?: number;
    readonly pattern?: string;
    readonly examples?: readonly string[];
  },
) {
  return z
    .string()
    .superRefine((text, context) => {
      const fault = judge(text);
      if (fault !== null) context.addIssue({ code: 'custom', message: fault });
    })
    .meta({ ...meta });
}

export const NamespaceName = judged(namespaceFault, {
  description: 'A path of 1 to 8 segments; each is a letter or digit, then at most 62 of A-Z a-z 0-9 . _ -',
  pattern: '^[A-Za-z0-9][A-Za-z0-9._-]{0,62}(/[A-Za-z0-9][A-Za-z0-9._-]{0,62}){0,7}$',
  examples: ['teams/payments/prod'],
});

export const KeyName = judged(keyFault, {
  description: 'Printable Unicode in NFC; no control characters, no leading or trailing space or "/", no "//", no segment "." or ".."',
  minLength: 1,
  maxLength: 256,
  examples: ['db/url'],
});

export const NodeId = judged(nodeIdFault, {
  description: 'Name of a node',
  pattern: '^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$',
  examples: ['n1'],
});

export const HostPort = judged(hostPortFault, {
  description: 'host:port',
  maxLength: 300,
  examples: ['node4.example.com:8444', '[::1]:6101'],
});

export const BaseUrl = judged(baseUrlFault, {
  description: 'http or https with a host and maybe a port, without a path',
  maxLength: 500,
  examples: ['https://node4.example.com:8443'],
});

export const Message = judged((text) => textFault(text, MESSAGE_CHARS_MAX), {
  description: 'Why the change is made; kept with the revision and in the audit',
  maxLength: MESSAGE_CHARS_MAX,
});

export const Description = judged((text) => textFault(text, DESCRIPTION_CHARS_MAX), {
  description: 'What the namespace is for',
  maxLength: DESCRIPTION_CHARS_MAX,
});

export const Owner = judged((text) => labelFault(text, OWNER_CHARS_MAX), {
  description: 'Who answers for the namespace',
  maxLength: OWNER_CHARS_MAX,
});

export const KeyLabel = judged((text) => (text.length === 0 ? 'it may not be empty' : labelFault(text, KEY_NAME_CHARS_MAX)), {
  description: 'Name of an API key, unique among the keys in force',
  minLength: 1,
  maxLength: KEY_NAME_CHARS_MAX,
});

/** A value is stored as UTF-8, so half a surrogate pair cannot be kept as it came. */
export const Value = judged((text) => (/\p{Cs}/u.test(text) ? 'a value must be well-formed Unicode: it has half a surrogate pair' : null), {
  description: 'The value, always a string',
});

export const EntryType = z.enum(ENTRY_TYPES).meta({ id: 'EntryType', description: 'What the value claims to be; it must be valid for it' });
export const Role = z.enum(ROLES).meta({ id: 'Role', description: 'viewer reads, editor also writes entries, admin does everything' });

/** The token of a change, as answers carry it. */
export const Version = z.string().meta({
  description: 'Version token {term}:{index}, with {group}= in front where the group is not default',
  examples: ['5:42', 'payments=3:17'],
});

export const Time = z
  .string()
  .meta({ format: 'date-time', description: 'RFC 3339, UTC, milliseconds', examples: ['2026-03-01T12:00:00.000Z'] });

export const NextCursor = z.string().nullable().meta({ description: 'Give it back as `cursor` for the next page; null after the last' });

/** A page of a list. */
export function pageOf<T extends z.ZodType>(item: T) {
  return z.object({ items: z.array(item), nextCursor: NextCursor });
}
