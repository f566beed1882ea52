import type { SessionState, SessionStorage } from '../../lib/client/session.ts';
import type { Token } from '../../lib/contract/token.ts';
import { formatToken, historiesOf, mergeTokens, parseToken, TokenError } from '../../lib/contract/token.ts';
import { decodeTokenCookie, encodeTokenCookie, tokenCookieName } from '../../lib/queries/token-cookie.ts';

/** Where one value stands under a name: a cookie, a field of localStorage. */
export interface Slot {
  read(): string | undefined;
  write(value: string): void;
}

/**
 * Keeps a session's token where other tabs and the server's render find it. Tabs write side by side, so a save is merged with
 * what stands there: nobody lowers what another has seen. Only a history that this session dropped is taken out.
 *
 * @param slots all are read, all are written
 */
export function tokenStorage(slots: readonly Slot[]): SessionStorage {
  let own: Token = [];
  const stored = (): SessionState | null => slots.map((slot) => decodeTokenCookie(slot.read())).reduce(laterState, null);
  return {
    load() {
      const state = stored();
      own = state === null ? [] : parseToken(state.token);
      return state;
    },
    save(state) {
      const next = parseToken(state.token);
      const kept = new Set(historiesOf(next));
      const dropped = new Set(historiesOf(own).filter((history) => !kept.has(history)));
      own = next;
      const others = stored();
      const rest = others === null ? [] : parseToken(others.token).filter(({ history }) => !dropped.has(history));
      const merged = laterState(state, { token: formatToken(rest), clock: others?.clock ?? null });
      for (const slot of slots) slot.write(encodeTokenCookie(merged ?? state));
    },
  };
}

/** Both together; where they contradict each other, the first. */
function laterState(a: SessionState | null, b: SessionState | null): SessionState | null {
  if (a === null || b === null) return a ?? b;
  const clock = a.clock === null || (b.clock !== null && b.clock > a.clock) ? b.clock : a.clock;
  try {
    return { token: formatToken(mergeTokens(constraints(a), constraints(b))), clock };
  } catch (error) {
    if (error instanceof TokenError) return { ...a, clock };
    throw error;
  }
}

function constraints(state: SessionState): Token {
  return parseToken(state.token).filter(({ index }) => index > 0n);
}

/** The slots of a browser: a cookie that the server reads too, and localStorage behind it. */
export function browserSlots(clusterId: string): readonly Slot[] {
  const name = tokenCookieName(clusterId);
  return [cookieSlot(name), localSlot(name)];
}

/** A cookie that scripts and the server's render share; not a secret. */
export function cookieSlot(name: string): Slot {
  return {
    read: () => {
      const start = `${name}=`;
      return document.cookie
        .split('; ')
        .find((cookie) => cookie.startsWith(start))
        ?.slice(start.length);
    },
    write: (value) => {
      const secure = location.protocol === 'https:' ? '; Secure' : '';
      document.cookie = `${name}=${value}; Path=/; SameSite=Lax; Max-Age=31536000${secure}`;
    },
  };
}

function localSlot(name: string): Slot {
  return {
    read: () => {
      try {
        return localStorage.getItem(name) ?? undefined;
      } catch {
        // Storage is off in this browser; the cookie alone does.
        return undefined;
      }
    },
    write: (value) => {
      try {
        localStorage.setItem(name, value);
      } catch {
        // As above.
      }
    },
  };
}
