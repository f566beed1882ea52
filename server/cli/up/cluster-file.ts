/** What a local cluster keeps beside the data of its nodes: its shape, its secret, its development key. */
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { readFileIfAny, replaceFile } from '../../../lib/client/node/atomic-file.ts';
import { keptSecret, readKeptSecret } from '../../config/kept-secret.ts';
import { CommandError, UsageError } from '../exit.ts';

export interface ClusterShape {
  readonly nodes: number;
  readonly port: number;
  /** Whether the cluster was started here before. */
  readonly kept: boolean;
}

const shapeDefault = { nodes: 3, port: 6100 };

/**
 * The shape of the cluster in `directory`: kept once it is formed, because its members know each other by their addresses.
 *
 * @throws UsageError when another one is asked for
 */
export function settleShape(directory: string, asked: { readonly nodes: number | null; readonly port: number | null }): ClusterShape {
  const kept = readShape(directory);
  const shape = {
    nodes: asked.nodes ?? kept?.nodes ?? shapeDefault.nodes,
    port: asked.port ?? kept?.port ?? shapeDefault.port,
    kept: kept !== null,
  };
  if (kept === null) return shape;
  if (shape.nodes !== kept.nodes)
    throw new UsageError(`${directory} holds a cluster of ${kept.nodes}: leave --nodes out, or take another --data for a new cluster`);
  if (shape.port !== kept.port)
    throw new UsageError(
      `${directory} holds a cluster on port ${kept.port}, by which its nodes know each other: leave --port out, or take another --data for a new cluster`,
    );
  return shape;
}

/** A file without a format is of the first one. */
const FORMAT = 1;

function readShape(directory: string): ClusterShape | null {
  const file = join(directory, 'cluster.json');
  const text = readFileIfAny(file);
  if (text === null) return null;
  try {
    const content: unknown = JSON.parse(text);
    if (typeof content === 'object' && content !== null && 'format' in content && content.format !== FORMAT)
      throw new CommandError(
        `${file} has format ${String(content.format)}, this version of confman knows ${FORMAT}: start the version that wrote it`,
      );
    if (
      typeof content === 'object' &&
      content !== null &&
      'port' in content &&
      typeof content.port === 'number' &&
      'nodes' in content &&
      Array.isArray(content.nodes)
    ) {
      return { nodes: content.nodes.length, port: content.port, kept: true };
    }
  } catch (cause) {
    if (cause instanceof CommandError) throw cause;
    throw new CommandError(`${file} cannot be read`, 1, { cause });
  }
  throw new CommandError(`${file} is not what confman up wrote`);
}

/** Written before the first node starts: other commands find the cluster by it. */
export function keepShape(directory: string, port: number, nodes: readonly { readonly id: string; readonly url: string }[]): void {
  replaceFile(
    join(directory, 'cluster.json'),
    `${JSON.stringify({ format: FORMAT, port, nodes: nodes.map(({ id, url }) => ({ id, url })) }, null, 2)}\n`,
  );
}

export interface ClusterSecrets {
  readonly adminKey: string;
  readonly clusterSecret: string;
  /** The key that was given is not the one that the cluster was formed with. */
  readonly adminKeyIgnored: boolean;
}

/** The secrets of the cluster, made at its first start. Given ones are kept as well; later the kept ones count. */
export function settleSecrets(
  directory: string,
  given: { readonly adminKey: string | null; readonly clusterSecret: string | null },
): ClusterSecrets {
  if (!existsSync(directory)) mkdirSync(directory, { recursive: true, mode: 0o700 });
  const adminKey = settle(join(directory, 'admin-key'), given.adminKey, 'confman_');
  const clusterSecret = settle(join(directory, 'cluster-secret'), given.clusterSecret, '');
  return { adminKey, clusterSecret, adminKeyIgnored: given.adminKey !== null && given.adminKey !== adminKey };
}

function settle(file: string, given: string | null, prefix: string): string {
  const kept = readKeptSecret(file);
  if (kept !== null) return kept;
  if (given === null) return keptSecret(file, prefix);
  replaceFile(file, `${given}\n`);
  return given;
}
