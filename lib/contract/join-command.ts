import type { AddMemberRequest } from './schemas/cluster.ts';

/**
 * The command that starts a node which was just added, for a machine on which it listens where it is reached; settings of the
 * other nodes (a file, certificates that are not named here) come on top.
 *
 * @param door base URL of a node that is a member
 */
export function joinCommand({ id, peer, url }: Pick<AddMemberRequest, 'id' | 'peer' | 'url'>, door: string): string {
  const { host, hostname, port, protocol } = new URL(url);
  const listen = port === '' ? `${hostname}:${protocol === 'https:' ? 443 : 80}` : host;
  const secure = protocol === 'https:' ? ' --tls-cert FILE --tls-key FILE --peer-tls-cert FILE --peer-tls-key FILE --peer-tls-ca FILE' : '';
  return `./confman node --id ${id} --data DIR --listen ${listen} --peer-listen ${peer}${secure} --join ${door}`;
}
