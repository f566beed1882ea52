/** A directory, and the only directories that its files may import besides itself. */
export interface Room {
  /** Path prefix; the longest one that fits decides. */
  readonly path: string;
  /** Rooms whose files it may import, or 'anything' for what composes or observes the whole. */
  readonly mayImport: readonly string[] | 'anything';
  /** Rooms of which it may import types besides: it speaks their language and runs none of their code. */
  readonly mayImportTypesOf?: readonly string[] | undefined;
  /** What to do instead of importing something else. */
  readonly instead: string;
}

const LIB = ['lib/kernel', 'lib/contract'] as const;
const PURE = ['server/raft', 'server/clock', 'server/consistency', 'server/shards'] as const;
const PURE_ADVICE = 'Keep it pure: take the value as an argument, or put the type into lib/contract.';
const STORE_ADVICE = 'Storage and transport know the pure rooms and each their own types; let server/replica bring them together.';

/** Who may import whom: `docs/architecture.md` tells the story, this table is the law. */
export const ROOMS: readonly Room[] = [
  // Runs anywhere: browser, node, command line.
  { path: 'lib/kernel', mayImport: [], instead: 'The kernel is the bottom: what it needs belongs into it.' },
  { path: 'lib/contract', mayImport: ['lib/kernel'], instead: 'The contract is what clients and servers share; it knows neither.' },
  { path: 'lib/client', mayImport: LIB, instead: 'The client speaks HTTP and knows the contract only.' },
  { path: 'lib/queries', mayImport: [...LIB, 'lib/client'], instead: 'Queries ask through lib/client.' },

  // Presentation.
  {
    path: 'components',
    mayImport: [...LIB, 'lib/client', 'lib/queries'],
    instead: 'Components get props and hand out events: fetch in the page or in lib/queries.',
  },
  {
    path: 'app',
    mayImport: [...LIB, 'lib/client', 'lib/queries', 'components', 'server/http', 'server/engine', 'server/services', 'server/auth'],
    instead: 'Routes use the API application, the services, or the engine port: never what is behind the port.',
  },

  // Pure policy and the consensus core.
  {
    path: 'server/raft',
    mayImport: ['lib/kernel'],
    instead: 'The Raft core imports only itself and lib/kernel: define the type here, in its own words.',
  },
  { path: 'server/clock', mayImport: LIB, instead: PURE_ADVICE },
  { path: 'server/consistency', mayImport: LIB, instead: PURE_ADVICE },
  { path: 'server/shards', mayImport: [...LIB, 'server/clock'], instead: PURE_ADVICE },

  // Storage and transport.
  { path: 'server/disk', mayImport: ['lib/kernel'], instead: 'Disk helpers know files, not what is in them.' },
  { path: 'server/log', mayImport: [...LIB, ...PURE, 'server/disk'], instead: STORE_ADVICE },
  { path: 'server/state', mayImport: [...LIB, ...PURE], instead: STORE_ADVICE },
  { path: 'server/peers', mayImport: [...LIB, ...PURE, 'server/disk'], instead: STORE_ADVICE },

  {
    path: 'server/backup',
    mayImport: LIB,
    instead: 'This is the format of a file, for whoever writes or reads one; it knows nothing of where states live.',
  },

  // The engine and its port.
  {
    path: 'server/engine',
    mayImport: [...LIB, 'server/consistency', 'server/shards', 'server/clock'],
    mayImportTypesOf: ['server/state'],
    instead: 'The port speaks in terms of the contract, so that another engine can stand behind it.',
  },
  {
    path: 'server/replica',
    mayImport: [...LIB, ...PURE, 'server/disk', 'server/log', 'server/state', 'server/peers', 'server/backup', 'server/engine'],
    instead: 'The engine knows nothing of who asks: pass it in through server/main, or speak through server/engine.',
  },

  // The API.
  {
    path: 'server/auth',
    mayImport: [...LIB, 'server/engine'],
    mayImportTypesOf: ['server/state'],
    instead: 'Authentication asks the engine port.',
  },
  { path: 'server/metrics', mayImport: LIB, instead: 'Metrics are handed values; they fetch none.' },
  { path: 'server/config', mayImport: LIB, instead: 'Settings are read before anything else exists.' },
  {
    path: 'server/services',
    mayImport: [...LIB, 'server/engine', 'server/auth', 'server/consistency', 'server/shards', 'server/clock', 'server/metrics'],
    mayImportTypesOf: ['server/state'],
    instead: 'Services know the engine port (server/engine) only, never the engine behind it.',
  },
  {
    path: 'server/http',
    mayImport: [...LIB, 'server/services', 'server/engine', 'server/auth', 'server/metrics', 'server/consistency', 'server/clock'],
    instead: 'Routes call services; what they need from deeper down goes through one.',
  },

  // What judges histories that were recorded elsewhere.
  {
    path: 'server/history',
    mayImport: LIB,
    instead:
      'The checkers know what clients saw, never how the cluster works: a judge that shares code with the accused shares its mistakes.',
  },

  // What composes the whole, starts it, or looks at all of it.
  { path: 'server/main', mayImport: 'anything', instead: '' },
  {
    path: 'server/cli',
    mayImport: [...LIB, 'lib/client', 'server/config', 'server/disk', 'server/backup', 'server/main'],
    instead: 'The command line speaks HTTP through lib/client; what works on a data directory offline goes through server/main.',
  },
  { path: 'server/sim', mayImport: 'anything', instead: '' },
  { path: 'server/tidy', mayImport: ['scripts'], instead: 'Tidy reads the tree as text.' },
  { path: 'scripts', mayImport: [], instead: 'Scripts run on a fresh clone: nothing but Node and each other.' },
  { path: 'bench', mayImport: 'anything', instead: '' },
  { path: 'e2e', mayImport: 'anything', instead: '' },
];

/** Settings of tools, and what Next looks for at the root. */
const ROOT_FILES: Room = {
  path: '',
  mayImport: [...LIB, 'app', 'scripts', 'server/main', 'server/config', 'server/http', 'server/engine'],
  instead: 'Files at the root are settings: keep code in a room.',
};

/** Rooms whose behaviour must depend on their arguments alone. */
export const DETERMINISTIC_ROOMS: readonly string[] = ['server/state', ...PURE];

/** The room that a file lives in; null for a directory that the table does not know. */
export function roomOf(path: string): Room | null {
  const fitting = ROOMS.filter((room) => path.startsWith(`${room.path}/`));
  const [deepest] = fitting.toSorted((a, b) => b.path.length - a.path.length);
  return deepest ?? (path.includes('/') ? null : ROOT_FILES);
}
