/** A client for one command: settings, the local cluster's defaults, and what earlier commands have seen. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createClient } from '../../lib/client/create-client.ts';
import { readFileIfAny } from '../../lib/client/node/atomic-file.ts';
import { httpFetch } from '../../lib/client/node/http-fetch.ts';
import { clientTable } from '../config/client-table.ts';
import { readKeptSecret } from '../config/kept-secret.ts';
import { everyName } from '../config/every-name.ts';
import { resolveSettings } from '../config/sources.ts';
import { isLoopback } from '../config/units.ts';
import { historyOfToken, StateFile, stateFilePath } from './state-file.ts';
import type { ConfmanClient } from '../../lib/client/create-client.ts';
import type { Fetch } from '../../lib/client/fetch.ts';
import type { CallOptions, Notice, ReadOptions } from '../../lib/client/types.ts';
import type { OutputFormat } from '../config/client-table.ts';
import type { Values } from '../config/setting.ts';
import type { Resolved } from '../config/sources.ts';
import type { Io } from './io.ts';

/** Texts of the global flags by setting name. */
export type Flags = Readonly<Record<string, string>>;

export type ClientValues = Values<typeof clientTable>;

export interface Connection {
  readonly client: ConfmanClient;
  readonly endpoints: readonly string[];
  readonly output: OutputFormat | null;
  /** What the flags say of every read. */
  readonly read: ReadOptions;
  /** What the flags say of every write. */
  readonly write: CallOptions;
  readonly state: StateFile;
  /** Remembers what was seen, and closes. */
  close(): Promise<void>;
}

const localEndpoint = 'http://127.0.0.1:6100';

export async function resolveClientSettings(flags: Flags, io: Io): Promise<Resolved<typeof clientTable>> {
  const withFile = flags['config'] !== undefined || (io.env['CONFMAN_CONFIG'] ?? '') !== '';
  const parseYaml = withFile ? (await import('yaml')).parse : (): unknown => ({});
  return resolveSettings(clientTable, { flags, env: io.env, parseYaml: (text) => parseYaml(text) as unknown, otherNames: everyName });
}

export async function connect(flags: Flags, io: Io): Promise<Connection> {
  const { values } = await resolveClientSettings(flags, io);
  const endpoints = values.endpoint.length > 0 ? values.endpoint : localEndpoints(io.cwd);
  const key = values.key ?? localKey(endpoints, io.cwd);
  const state = new StateFile(stateFilePath(io.env));
  const session = state.load(endpoints);
  const before = session.export();
  const met = new Map<string, string>();
  const lost = new Set<string>();
  const { fetch, close } = httpFetch({ ca: values.ca === null ? undefined : readFileSync(values.ca, 'utf8') });
  const client = createClient({
    source: 'cli',
    endpoints,
    key: key ?? undefined,
    fetch: noting(fetch, endpoints, met),
    session,
    onNotice: (notice) => {
      if (notice.type === 'version-dropped' && notice.history !== null && notice.code !== 'version-of-another-cluster')
        lost.add(notice.history);
      void report(notice, io);
    },
    retry: { attemptsMax: 8 },
    timeouts: { totalMs: values.timeout },
  });
  return {
    client,
    endpoints,
    output: values.output,
    read: {
      ...callOptions(values, io),
      consistency: values.consistency ?? undefined,
      minVersion: values['min-version'] ?? undefined,
      onTimeout: values['on-timeout'] ?? undefined,
    },
    write: callOptions(values, io),
    state,
    close: async () => {
      await close();
      const after = session.export();
      if (after.token === before.token && after.clock === before.clock && lost.size === 0) return;
      try {
        await state.save(after, met, lost);
      } catch (error) {
        await io.stderr.write(
          `confman: what this command has seen could not be remembered: ${error instanceof Error ? error.message : String(error)}\n`,
        );
      }
    },
  };
}

function callOptions(values: ClientValues, io: Io): CallOptions {
  return { signal: io.interrupted, maxWaitMs: values['max-wait'] ?? undefined, node: values.node ?? undefined };
}

/** Notes which cluster answers where. */
function noting(fetch: Fetch, endpoints: readonly string[], met: Map<string, string>): Fetch {
  return async (url, init) => {
    const answer = await fetch(url, init);
    const history = historyOfToken(answer.headers.get('x-confman-token') ?? '');
    const endpoint = endpoints.find((base) => url.startsWith(`${base}/`));
    if (history !== null && endpoint !== undefined) met.set(endpoint, history);
    return answer;
  };
}

async function report(notice: Notice, io: Io): Promise<void> {
  if (notice.type === 'version-dropped' || notice.type === 'version-conflict') await io.stderr.write(`confman: ${notice.message}\n`);
  if (notice.type === 'retry' && notice.attempt === 3 && io.stderr.isTerminal)
    await io.stderr.write(`confman: still trying (${notice.code})\n`);
}

/** What `confman up` has left in the current directory. */
function localEndpoints(cwd: string): readonly string[] {
  const text = readFileIfAny(join(cwd, '.confman', 'cluster.json'));
  if (text === null) return [localEndpoint];
  try {
    const content: unknown = JSON.parse(text);
    const nodes: unknown = typeof content === 'object' && content !== null && 'nodes' in content ? content.nodes : null;
    const urls = Array.isArray(nodes)
      ? nodes.flatMap((node: unknown) =>
          typeof node === 'object' && node !== null && 'url' in node && typeof node.url === 'string' ? [node.url] : [],
        )
      : [];
    return urls.length > 0 ? urls : [localEndpoint];
  } catch {
    return [localEndpoint];
  }
}

/** The development key never leaves this machine. */
function localKey(endpoints: readonly string[], cwd: string): string | null {
  const local = endpoints.every((endpoint) => isLoopback(new URL(endpoint).hostname.replaceAll(/[[\]]/g, '')));
  return local ? readKeptSecret(join(cwd, '.confman', 'admin-key')) : null;
}
