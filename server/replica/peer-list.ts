import type { PeerTransport } from '../peers/types.ts';
import type { MemberInfo } from '../state/member-info.ts';

/** Keeps connections to these members. Whoever is connected under a name that has a new disk now has to say anew who it is. */
export function keepPeers(transport: PeerTransport, self: string, members: readonly MemberInfo[]): void {
  const others = members.filter(({ name }) => name !== self);
  transport.setPeers(others.map(({ name, peer }) => ({ name, address: peer })));
  const strangers = others.filter(({ name, incarnation }) => {
    const hello = transport.state(name)?.hello ?? null;
    return hello?.formed === true && hello.incarnation !== incarnation;
  });
  if (strangers.length > 0) transport.reconnect(strangers.map(({ name }) => name));
}
