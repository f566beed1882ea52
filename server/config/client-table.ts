/** Settings of the commands that speak to a cluster. */
import { CONSISTENCY_MODES } from '../../lib/contract/model.ts';
import { nodeIdFault } from '../../lib/contract/names.ts';
import { parseToken, TokenError } from '../../lib/contract/token.ts';
import { list, nonEmpty, oneOf, optional, value } from './setting.ts';
import { formatDuration, NotationError, parseBaseUrl, parseDurationMs } from './units.ts';

export const ON_TIMEOUT = ['fail', 'redirect', 'forward'] as const;
export const OUTPUT_FORMATS = ['table', 'json', 'yaml'] as const;
export type OutputFormat = (typeof OUTPUT_FORMATS)[number];

const waitMsMax = 30_000;

function parseWait(text: string): number {
  const ms = parseDurationMs(text);
  if (ms > waitMsMax) throw new NotationError(`expected a duration up to ${formatDuration(waitMsMax)}`);
  return ms;
}

function parseVersion(text: string): string {
  try {
    parseToken(text);
    return text;
  } catch (error) {
    throw error instanceof TokenError ? new NotationError(error.message, { cause: error }) : error;
  }
}

function parseNode(text: string): string {
  const fault = nodeIdFault(text);
  if (fault !== null) throw new NotationError(fault);
  return text;
}

export const clientTable = {
  endpoint: list({
    placeholder: 'URL',
    element: parseBaseUrl,
    fallback: [],
    doc: 'Public address of a node; give several to fail over. By default the local cluster of ./.confman, else http://127.0.0.1:6100.',
  }),
  key: optional({
    placeholder: 'KEY',
    parse: nonEmpty,
    secret: true,
    doc: 'API key. By default, for nodes on this machine, the development key of ./.confman.',
  }),
  consistency: optional({
    placeholder: 'MODE',
    parse: oneOf(CONSISTENCY_MODES),
    doc: 'How current a read must be: eventual, read-your-writes or linearizable.',
  }),
  'min-version': optional({
    placeholder: 'VERSION',
    parse: parseVersion,
    doc: 'Version that a read must not be older than, beside what earlier commands have seen.',
  }),
  'max-wait': optional({
    placeholder: 'DURATION',
    parse: parseWait,
    format: formatDuration,
    doc: 'How long a node may hold the request, up to 30s.',
  }),
  'on-timeout': optional({
    placeholder: 'WHAT',
    parse: oneOf(ON_TIMEOUT),
    doc: 'What a node does when that time is over: fail, redirect to the leader, or forward the read to it.',
  }),
  node: optional({ placeholder: 'NAME', parse: parseNode, doc: 'Let this node answer, whichever is asked.' }),
  ca: optional({ placeholder: 'FILE', parse: nonEmpty, doc: 'Certificate authority (PEM) of the nodes’ certificates.' }),
  timeout: value({
    placeholder: 'DURATION',
    parse: parseDurationMs,
    fallback: waitMsMax,
    format: formatDuration,
    doc: 'Bound on a request with all its repetitions.',
  }),
  output: optional({ placeholder: 'FORMAT', parse: oneOf(OUTPUT_FORMATS), doc: 'table, json or yaml.' }),
} as const;
