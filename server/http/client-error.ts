/** Answers what could not even be parsed as HTTP, or came too slowly: for the `clientError` event of a server. */
import { randomUUID } from 'node:crypto';
import type { Duplex } from 'node:stream';
import { PROBLEMS } from '../../lib/contract/problems.ts';
import type { ProblemCode } from '../../lib/contract/problems.ts';
import { HEADERS_BYTES_MAX } from './limits.ts';
import { PROBLEM_TYPE, problemOf } from './problem-body.ts';

const REASON: Readonly<Record<number, string>> = { 400: 'Bad Request', 408: 'Request Timeout', 431: 'Request Header Fields Too Large' };

const KNOWN: Readonly<Record<string, readonly [ProblemCode, string]>> = {
  HPE_HEADER_OVERFLOW: ['headers-too-large', `the headers of a request have at most ${HEADERS_BYTES_MAX} bytes`],
  ERR_HTTP_REQUEST_TIMEOUT: ['request-timeout', 'the request did not arrive in time'],
};

/** Writes a problem and closes the connection. */
export function answerClientError(error: Error & { readonly code?: string | undefined }, socket: Duplex): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const [code, detail] = KNOWN[error.code ?? ''] ?? ['bad-request', 'the request is not valid HTTP'];
  const { status } = PROBLEMS[code];
  const requestId = randomUUID();
  const body = JSON.stringify(problemOf(code, detail, requestId));
  const head = [
    `HTTP/1.1 ${status} ${REASON[status] ?? ''}`,
    'Connection: close',
    `Content-Type: ${PROBLEM_TYPE}`,
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Cache-Control: no-store',
    `X-Request-Id: ${requestId}`,
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
}
