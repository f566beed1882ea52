/** What a load generator is to send, and what it reports. */

/** The number of a request, zero-padded: twelve digits are also base64, of nine bytes of their own. */
export const NUMBER_DIGITS = 12;
const NUMBER = '{n}';

export interface RequestPlan {
  readonly method: string;
  /** `{n}` stands for the number of the request, here and in the body. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | undefined;
  /** Numbers run from `first` up, `count` of them, then from `first` again. */
  readonly first: number;
  readonly count: number;
}

export interface Load {
  readonly port: number;
  readonly connections: number;
  readonly seconds: number;
  readonly plan: RequestPlan;
}

export interface LoadResult {
  readonly requests: number;
  readonly perSecond: number;
  /** Answers of 400 and above, and what the network broke. */
  readonly errors: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/** The request as it goes over the wire, in the pieces between its numbers. */
export function requestPieces({ method, path, headers, body }: RequestPlan, port: number): readonly string[] {
  const lines = [`${method} ${path} HTTP/1.1`, `Host: 127.0.0.1:${port}`];
  for (const [name, value] of Object.entries(headers)) lines.push(`${name}: ${value}`);
  if (body !== undefined) lines.push(`Content-Length: ${body.replaceAll(NUMBER, '0'.repeat(NUMBER_DIGITS)).length}`);
  return `${lines.join('\r\n')}\r\n\r\n${body ?? ''}`.split(NUMBER);
}

export function paddedNumber(n: number): string {
  return String(n).padStart(NUMBER_DIGITS, '0');
}
