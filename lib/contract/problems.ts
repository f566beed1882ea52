/**
 * The closed list of errors that the API answers with (RFC 9457, spec 2 "Errors"). `retryable`: the same request may
 * well succeed a little later, unchanged; a write only with its idempotency key.
 */

import { PROBLEM_PREFIX } from './problem-types.ts';

interface ProblemKind {
  readonly status: number;
  readonly title: string;
  readonly retryable: boolean;
}

function kind(status: number, title: string, retryable = false): ProblemKind {
  return { status, title, retryable };
}

export const PROBLEMS = {
  // What the caller sent cannot be meant.
  'invalid-version-token': kind(400, 'The version token cannot be read'),
  'invalid-parameter': kind(400, 'A header or query parameter is not valid'),
  'invalid-name': kind(400, 'A name is outside the rules'),
  'invalid-body': kind(400, 'The body does not have the expected form'),
  'malformed-json': kind(400, 'The body is not JSON'),
  'duplicate-key': kind(400, 'A key occurs more than once in the batch'),
  'invalid-cursor': kind(400, 'The cursor does not belong to this request'),
  'bad-request': kind(400, 'The request is not valid HTTP'),

  // Who asks.
  unauthenticated: kind(401, 'No valid API key or session was given'),
  forbidden: kind(403, 'This key may not do that'),
  'wrong-cluster-secret': kind(403, 'The proof of the cluster secret does not fit'),
  'origin-mismatch': kind(403, 'The request does not come from a page of this cluster'),
  'rate-limited': kind(429, 'Too many attempts', true),

  // What is not there.
  'not-found': kind(404, 'There is no such resource'),
  'namespace-not-found': kind(404, 'There is no such namespace'),
  'entry-not-found': kind(404, 'There is no such entry'),
  'revision-not-found': kind(404, 'There is no such revision'),
  'key-not-found': kind(404, 'There is no such API key'),
  'group-not-found': kind(404, 'There is no such group'),
  'route-not-found': kind(404, 'There is no such route'),
  'move-not-found': kind(404, 'There is no such move under way'),
  'member-not-found': kind(404, 'There is no such member'),
  'cursor-expired': kind(410, 'The cursor can no longer be honoured'),

  // Where namespaces live.
  moved: kind(421, 'The group that was asked does not keep the namespace', true),

  // The shape of the request.
  'method-not-allowed': kind(405, 'This resource does not take that method'),
  'not-acceptable': kind(406, 'No representation fits the Accept header'),
  'request-timeout': kind(408, 'The request did not arrive in time', true),
  'body-too-large': kind(413, 'The body is too large'),
  'value-too-large': kind(413, 'The value is too large'),
  'uri-too-long': kind(414, 'The address is too long'),
  'unsupported-media-type': kind(415, 'The body must be application/json'),
  'headers-too-large': kind(431, 'The headers are too large'),

  // Versions that this cluster cannot honour.
  'version-of-another-cluster': kind(409, 'The version belongs to another cluster'),
  'version-of-another-lineage': kind(409, 'The version belongs to an unknown lineage of this cluster'),
  'version-lost-in-restore': kind(409, 'The version was lost when this cluster was restored'),
  'version-of-another-history': kind(409, 'The version belongs to another history'),
  'version-from-the-future': kind(409, 'The version is beyond what this cluster has committed'),
  'version-of-unknown-group': kind(409, 'The version belongs to a group that this cluster does not have'),

  // What is in the way of a change.
  'version-conflict': kind(412, 'The entry is not at the version that was named'),
  'key-exists': kind(409, 'An API key with this name exists'),
  'last-admin-key': kind(409, 'The last admin key cannot be revoked'),
  'not-a-voter': kind(409, 'That node cannot lead this group'),
  'member-exists': kind(409, 'A member with that name or address exists'),
  'member-alive': kind(409, 'The member that was to be given a new disk is alive'),
  'member-change-pending': kind(409, 'Another change of the members is under way', true),
  'last-voter': kind(409, 'The last voter cannot be removed'),
  'quorum-at-risk': kind(409, 'The change would leave too few live voters'),
  'move-in-progress': kind(409, 'A move between groups is under way'),
  'group-exists': kind(409, 'A group with this name exists, or has existed'),
  'group-in-use': kind(409, 'The group is still in use'),
  'too-many-groups': kind(409, 'The cluster has as many groups as it may have'),
  'nothing-to-change': kind(409, 'It is so already'),
  'registry-changed': kind(409, 'The registry was changed meanwhile', true),
  'level-too-low': kind(409, 'The cluster does not know this command yet'),
  'invalid-routing': kind(422, 'The registry cannot be like that'),
  'invalid-value': kind(422, 'The value is not valid for its type'),
  'idempotency-key-reused': kind(422, 'The idempotency key was used with another request'),

  // The cluster, now.
  'version-not-reached': kind(503, 'This node has not applied the version in time', true),
  'read-index-timeout': kind(503, 'No quorum confirmed the read in time', true),
  'too-many-waiters': kind(503, 'Too many reads are waiting on this node', true),
  'too-many-streams': kind(503, 'Too many event streams are open on this node', true),
  'backup-running': kind(503, 'A backup is being made on this node already', true),
  'node-unreachable': kind(503, 'The node that was to answer cannot be reached', true),
  'group-unreachable': kind(503, 'No replica of the group can be reached', true),
  'no-leader': kind(503, 'The group has no leader', true),
  'write-outcome-unknown': kind(503, 'It is not known whether the write took place', true),
  'transfer-timeout': kind(503, 'Leadership did not change hands in time', true),
  'node-not-ready': kind(503, 'This node serves nothing now', true),
  'node-stopping': kind(503, 'This node is stopping', true),
  'too-busy': kind(503, 'The cluster takes no more writes for now', true),
  'storage-full': kind(507, 'Storage is nearly full'),
  'internal-error': kind(500, 'Something went wrong on our side'),
} as const satisfies Record<string, ProblemKind>;

export type ProblemCode = keyof typeof PROBLEMS;

export const PROBLEM_CODES = Object.keys(PROBLEMS) as readonly ProblemCode[];

/** The stable URI of a code: ends in the code. */
export function problemType(code: ProblemCode): string {
  return `${PROBLEM_PREFIX}${code}`;
}
