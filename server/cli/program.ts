/** The commands: names, arguments and help. What they do is loaded only when they are run. */
import { Command, Option } from 'commander';
import type { CommandOptions } from 'commander';
import { ENTRY_TYPES, ROLES } from '../../lib/contract/model.ts';
import { clientTable } from '../config/client-table.ts';
import { upTable } from '../config/up-table.ts';
import { UsageError } from './exit.ts';
import type { Setting } from '../config/setting.ts';
import type { Flags } from './connect.ts';
import type { Io } from './io.ts';

/** What every command gets beside its arguments. */
export interface Run {
  readonly io: Io;
  /** Global flags by setting name. */
  readonly flags: Flags;
  /** The command's own options, camel-case. */
  readonly options: Readonly<Record<string, string | boolean | undefined>>;
  /** Whether an option was given, and is not there by default. */
  readonly explicit: (option: string) => boolean;
}

/** @returns the exit code; nothing is 0 */
type Action = (run: Run, args: readonly string[]) => Promise<number | undefined>;

const messageOption = ['-m, --message <text>', 'why the change is made; kept with the revision'] as const;
const limitOption = ['--limit <n>', 'at most so many'] as const;
const yesOption = ['-y, --yes', 'do not ask'] as const;

export function createProgram(io: Io, outcome: { exitCode: number }): Command {
  const program = new Command('confman').description('Distributed configuration with versions that every node honours.');
  program
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void io.stdout.write(text),
      writeErr: (text) => void io.stderr.write(text),
    })
    .configureHelp({ showGlobalOptions: true });
  addGlobalOptions(program);

  const command = (
    usage: string,
    description: string,
    load: () => Promise<Action>,
    options: readonly (readonly [string, string] | Option)[] = [],
    parent = program,
    settings: CommandOptions = {},
  ): void => {
    const created = parent.command(usage, settings).description(description);
    for (const option of options) {
      if (option instanceof Option) created.addOption(option);
      else created.option(...option);
    }
    created.action(async () => {
      const args = created.args;
      if (args.length > created.registeredArguments.length && created.registeredArguments.at(-1)?.variadic !== true)
        throw new UsageError('too many arguments');
      const run = await load();
      outcome.exitCode =
        (await run(
          { io, flags: flagsOf(program), options: created.opts(), explicit: (option) => created.getOptionValueSource(option) === 'cli' },
          args,
        )) ?? 0;
    });
  };

  addEntryCommands(command);
  addTreeCommands(command);
  addOperationCommands(command, program);
  return program;
}

type Register = (
  usage: string,
  description: string,
  load: () => Promise<Action>,
  options?: readonly (readonly [string, string] | Option)[],
  parent?: Command,
  settings?: CommandOptions,
) => void;

function addGlobalOptions(program: Command): void {
  // Answered before anything is parsed; here for the help.
  program.option('--version', 'print the version');
  program.option('--config <file>', 'settings as YAML or JSON; flags and CONFMAN_ variables go before it');
  for (const [name, setting] of Object.entries(clientTable)) {
    const short = name === 'output' ? '-o, ' : '';
    const option = new Option(`${short}--${name} <${setting.placeholder.toLowerCase()}>`, setting.doc);
    if (setting.shape === 'list')
      option.argParser((text: string, before: string | undefined) => (before === undefined ? text : `${before},${text}`));
    program.addOption(option);
    if (setting.secret) program.addOption(new Option(`--${name}-file <file>`, 'the same, from a file'));
  }
}

function flagsOf(program: Command): Flags {
  const flags: Record<string, string> = {};
  for (const option of program.options) {
    const given: unknown = program.getOptionValue(option.attributeName());
    if (typeof given === 'string') flags[option.name()] = given;
  }
  return flags;
}

function addEntryCommands(command: Register): void {
  const type = new Option('--type <type>', 'what the value is; without it an entry keeps its type').choices(ENTRY_TYPES);
  const ifMatch = ['--if-match <version>', 'only if the entry is at this version'] as const;
  command('get <namespace> <key>', 'print a value, exactly', async () => (await import('./commands/get.ts')).get, [
    ['--revision <n>', 'an old revision'],
  ]);
  command(
    'put <namespace> <key> [value]',
    'store a value; "-" reads it from standard input',
    async () => (await import('./commands/put.ts')).put,
    [
      ['--file <file>', 'read the value from a file'],
      type,
      messageOption,
      ifMatch,
      ['--create', 'only if there is no such entry'],
      ['--dry-run', 'only check'],
    ],
  );
  command(
    'rm <namespace> [keys...]',
    'delete entries, or with --recursive a namespace with all of them',
    async () => (await import('./commands/rm.ts')).rm,
    [messageOption, ifMatch, ['--recursive', 'delete the namespace and its entries'], yesOption],
  );
  command('ls [namespace]', 'list namespaces, or the entries of one', async () => (await import('./commands/ls.ts')).ls, [
    ['--prefix <text>', 'only names that start so'],
    ['--values', 'with the values'],
    limitOption,
  ]);
  command('edit <namespace> <key>', 'change a value in $EDITOR', async () => (await import('./commands/edit.ts')).edit, [
    type,
    messageOption,
  ]);
  command(
    'history <namespace> <key>',
    'list the revisions of an entry, newest first',
    async () => (await import('./commands/history.ts')).history,
    [limitOption],
  );
  command(
    'diff <namespace> <key> [from] [to]',
    'compare two revisions of an entry; by default the last two',
    async () => (await import('./commands/diff.ts')).diff,
    [['--file <file>', 'compare with a file instead']],
  );
  command(
    'restore <namespace> <key> <revision>',
    'make an old value the newest revision',
    async () => (await import('./commands/history.ts')).restore,
    [messageOption, ifMatch],
  );
  command(
    'deleted <namespace>',
    'list the keys that are deleted now, each by the revision that deleted it',
    async () => (await import('./commands/deleted.ts')).deleted,
    [['--prefix <text>', 'only keys that start so'], limitOption],
  );
  command('watch [namespace]', 'print changes as they come', async () => (await import('./commands/watch.ts')).watch, [
    ['--prefix <text>', 'only keys that start so'],
    ['--since <version>', 'go on after this version'],
    ['--values', 'with the values'],
  ]);
  command('audit [namespace] [key]', 'list who changed what, newest first', async () => (await import('./commands/audit.ts')).audit, [
    ['--actor <name>', 'only changes by this key'],
    ['--action <action>', 'only this action, such as config.updated'],
    ['--from <time>', 'not before this time (RFC 3339)'],
    ['--to <time>', 'not after this time (RFC 3339)'],
    ['--search <text>', 'only events that mention this in action, actor, namespace, key, message or request id'],
    limitOption,
  ]);
  command('search <text>', 'find entries by key or value', async () => (await import('./commands/search.ts')).search, [
    ['--in <where>', 'key, value, or key,value'],
    ['--prefix <text>', 'only keys that start so'],
    limitOption,
  ]);
}

function addTreeCommands(command: Register): void {
  command(
    'import <dir>',
    'load a folder tree: folders become namespaces, files become entries',
    async () => (await import('./commands/import.ts')).importTree,
    [
      ['--namespace <namespace>', 'for files at the top'],
      ['--prefix <namespace>', 'put all namespaces below this one'],
      ['--dry-run', 'only show what would change'],
      messageOption,
      yesOption,
    ],
  );
  command(
    'export <dir>',
    'write entries as a folder tree, the inverse of import',
    async () => (await import('./commands/export.ts')).exportTree,
    [
      ['--namespace <namespace>', 'only this namespace, its entries at the top'],
      ['--prefix <namespace>', 'only namespaces below this one, without it in their names'],
      ['--force', 'also into a folder that is not empty'],
    ],
  );
}

function addOperationCommands(command: Register, program: Command): void {
  command(
    'up',
    'run a cluster on this machine',
    async () => (await import('./commands/up.ts')).up,
    Object.entries(upTable)
      .filter(([, setting]) => !setting.secret)
      .map(upOption),
  );
  command(
    'node',
    'run one node; see confman node --help for its settings',
    async () => (await import('./commands/node.ts')).misplacedFlags,
  );
  command('status', 'show the cluster and how well it is', async () => (await import('./commands/status.ts')).status);
  addMemberCommands(command, program);
  addShardCommands(command, program);

  command(
    'backup <file>',
    'save everything that the cluster keeps as one file',
    async () => (await import('./commands/backup.ts')).backup,
    [['--force', 'also over a file that is there']],
  );
  command(
    'restore-backup',
    'make the data directory of a new one-node cluster from a backup; offline. See confman restore-backup --help',
    async () => (await import('./commands/restore-backup.ts')).misplacedFlags,
  );
  command(
    'recover',
    'make a one-node cluster from the data directory of a survivor; offline, when the majority is lost for good',
    async () => (await import('./commands/recover.ts')).recover,
    [['--data <dir>', 'data directory of the survivor'], yesOption],
  );

  const keys = program.command('keys').description('API keys');
  command('list', 'list API keys', async () => (await import('./commands/keys.ts')).listKeys, [], keys);
  command(
    'create <name>',
    'make an API key; its secret is shown once',
    async () => (await import('./commands/keys.ts')).createKey,
    [
      new Option('--role <role>', 'what it may do').choices(ROLES).makeOptionMandatory(),
      ['--scope <namespaces>', 'only these namespaces and those below them, separated by commas'],
      ['--expires <time>', 'when it ends (RFC 3339)'],
    ],
    keys,
  );
  command('revoke <id>', 'end an API key', async () => (await import('./commands/keys.ts')).revokeKey, [yesOption], keys);

  const token = program.command('token').description('the version that commands remember between calls');
  command('show', 'print it, to hand it to another process', async () => (await import('./commands/token.ts')).showToken, [], token);
  command(
    'set <version>',
    'make later commands demand this version as well',
    async () => (await import('./commands/token.ts')).setToken,
    [],
    token,
  );
  command('clear', 'forget it', async () => (await import('./commands/token.ts')).clearToken, [], token);

  const config = program.command('config').description('settings');
  command(
    'check',
    'print the settings of a node (or, with --client, of commands) and where each comes from',
    async () => (await import('./commands/config-check.ts')).misplacedFlags,
    [['--client', 'the settings of commands instead']],
    config,
  );
  command('completion <shell>', 'print a completion script for bash, zsh or fish', async () =>
    (await import('./commands/completion.ts')).completion(program),
  );
}

function addShardCommands(command: Register, program: Command): void {
  const dryRun = ['--dry-run', 'only say what would move'] as const;
  const groups = program.command('groups').description('the Raft groups and their replicas; without a command: list them');
  command('list', 'list them', async () => (await import('./commands/status.ts')).groups, [], groups, { isDefault: true });
  command(
    'create <group>',
    'start a group',
    async () => (await import('./commands/shards.ts')).createGroup,
    [['--nodes <ids>', 'only on these nodes, separated by commas'], dryRun, yesOption],
    groups,
  );
  command(
    'rm <group>',
    'retire a group that nothing routes to',
    async () => (await import('./commands/shards.ts')).removeGroup,
    [dryRun, yesOption],
    groups,
  );
  const routes = program.command('routes').description('where namespaces live; without a command: show it, and the moves under way');
  command('list', 'show them', async () => (await import('./commands/shards.ts')).routes, [], routes, { isDefault: true });
  command(
    'set <prefix> <group>',
    'route a prefix to a group; what it covers moves there',
    async () => (await import('./commands/shards.ts')).putRoute,
    [dryRun, yesOption],
    routes,
  );
  command('rm <prefix>', 'take a route away', async () => (await import('./commands/shards.ts')).removeRoute, [dryRun, yesOption], routes);
  const move = program.command('move').description('move partitions between groups');
  command(
    'partitions <partitions> <group>',
    'move partitions (0-255, as in 0-15,32) to a group',
    async () => (await import('./commands/shards.ts')).move,
    [dryRun, yesOption],
    move,
    { isDefault: true },
  );
  command('abort <move>', 'call a move off', async () => (await import('./commands/shards.ts')).abortMove, [yesOption], move);
  command('rebalance', 'spread the partitions evenly over the groups', async () => (await import('./commands/shards.ts')).rebalance, [
    dryRun,
    yesOption,
  ]);
  command('where <namespace>', 'say which group keeps a namespace', async () => (await import('./commands/shards.ts')).where);
}

function addMemberCommands(command: Register, program: Command): void {
  const peer = ['--peer <host:port>', 'address of its peer port, as the other nodes reach it'] as const;
  const url = ['--url <url>', 'base URL of its public port, as clients reach it'] as const;
  const members = program.command('members').description('the nodes of the cluster; without a command: list them');
  command('list', 'list the nodes', async () => (await import('./commands/members.ts')).listMembers, [], members, { isDefault: true });
  command(
    'add <id>',
    'add a node, and say how to start it',
    async () => (await import('./commands/members.ts')).addMember,
    [
      new Option(...peer).makeOptionMandatory(),
      new Option(...url).makeOptionMandatory(),
      ['--replaces <id>', 'take the place of this member once it has caught up'],
    ],
    members,
  );
  command('rm <id>', 'remove a node for good', async () => (await import('./commands/members.ts')).removeMember, [yesOption], members);
  command(
    'replace <id>',
    'give a node whose disk is lost a new one, or let another node take its place',
    async () => (await import('./commands/members.ts')).replaceMember,
    [['--by <id>', 'another node; without it the same one, with an empty disk'], peer, url, yesOption],
    members,
  );
}

function upOption([name, setting]: readonly [string, Setting<unknown>]): Option {
  if (setting.shape !== 'switch') return new Option(`--${name} <${setting.placeholder.toLowerCase()}>`, setting.doc);
  return setting.fallback === true ? new Option(`--no-${name}`, `not: ${setting.doc}`) : new Option(`--${name}`, setting.doc);
}
