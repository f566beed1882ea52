/** Whether a page of this cluster sent a request: the defence of cookies against other sites. */

export interface OriginQuestion {
  readonly origin: string | undefined;
  readonly host: string | undefined;
  /** Origins that may write besides the host that was asked. */
  readonly allowed: readonly string[];
}

/** Whether `Origin` is there and is the host that was asked, or one of the allowed. */
export function isOwnOrigin({ origin, host, allowed }: OriginQuestion): boolean {
  if (origin === undefined || origin === 'null') return false;
  if (allowed.includes(origin)) return true;
  const match = /^https?:\/\/([^/]+)$/.exec(origin);
  return match !== null && host !== undefined && match[1]?.toLowerCase() === host.toLowerCase();
}
