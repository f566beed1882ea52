/** Query strings: decoded strictly, each parameter once. */

/** Parameters by name; an array where one occurs more than once, `null` where it cannot be decoded. */
export type RawQuery = Readonly<Record<string, string | readonly string[] | null>>;

/** Of an address without a query. */
export const NO_QUERY: RawQuery = Object.freeze(Object.create(null) as Record<string, string>);

export function parseQueryString(text: string): RawQuery {
  if (text === '') return NO_QUERY;
  const query = Object.create(null) as Record<string, string | string[] | null>;
  for (const pair of text.split('&')) {
    if (pair === '') continue;
    const equals = pair.indexOf('=');
    const name = decode(equals === -1 ? pair : pair.slice(0, equals));
    const value = decode(equals === -1 ? '' : pair.slice(equals + 1));
    const known = name === null ? undefined : query[name];
    if (name === null) query[pair] = null;
    else if (known === undefined || value === null) query[name] = value;
    else if (known !== null) query[name] = Array.isArray(known) ? [...known, value] : [known, value];
  }
  return query;
}

function decode(text: string): string | null {
  if (!text.includes('%') && !text.includes('+')) return text;
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return null;
  }
}
