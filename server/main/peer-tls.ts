import { readFileSync } from 'node:fs';
import type { NodeSettings } from '../config/node-settings.ts';
import type { PeerTls, PeerTransport } from '../peers/types.ts';
import type { Logger } from '../replica/runtime.ts';

/** Files of the certificates between nodes, in PEM. */
type PeerTlsFiles = NonNullable<NodeSettings['peerTls']>;

/** @throws the error of the file system */
export function readTls(files: PeerTlsFiles): PeerTls {
  const [cert, key, ca] = [readFileSync(files.certFile, 'utf8'), readFileSync(files.keyFile, 'utf8'), readFileSync(files.caFile, 'utf8')];
  return { cert, key, ca };
}

/**
 * Takes over renewed certificates. Their files are replaced one after the other, so between two of them they need not fit
 * together, or be there: the old ones then stay in force, and the next change is looked at again.
 */
export function reloadTls(transport: Pick<PeerTransport, 'reloadTls'>, files: PeerTlsFiles | null, logger: Logger): void {
  if (files === null) return;
  try {
    transport.reloadTls(readTls(files));
  } catch (error) {
    logger('error', 'peer-tls-not-reloaded', { error: String(error) });
  }
}
