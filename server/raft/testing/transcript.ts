import { must } from '../../../lib/kernel/assert.ts';
import { decodeConfChange } from '../confchange-codec.ts';
import type { ConfChangeSingle, Message, ProposeResult } from '../types.ts';
import { Cluster, confOf, type TestSettings, text } from './cluster.ts';
import { describeConf, describeEntry, describeMessage, describeProgress, describeReady } from './describe.ts';
import type { TestNode } from './node.ts';

/** A piece of a transcript: comments and commands, and what the cluster is recorded to have said. */
export interface Block {
  readonly comments: readonly string[];
  readonly commands: readonly string[];
  readonly said: readonly string[];
}

const separator = '----';

/** Reads `commands`, dashes, output, empty line; lines with `#` before the commands are kept as comments. */
export function parseTranscript(source: string): readonly Block[] {
  const blocks: Block[] = [];
  for (const paragraph of source.split(/\n{2,}/)) {
    const lines = paragraph.split('\n').filter((line) => line !== '');
    if (lines.length === 0) continue;
    const comments = lines.filter((line) => line.startsWith('#'));
    const rest = lines.filter((line) => !line.startsWith('#'));
    const dashes = rest.indexOf(separator);
    const commands = dashes < 0 ? rest : rest.slice(0, dashes);
    blocks.push({ comments, commands, said: dashes < 0 ? [] : rest.slice(dashes + 1) });
  }
  return blocks;
}

export function formatTranscript(blocks: readonly Block[]): string {
  const paragraphs = blocks.map(({ comments, commands, said }) => {
    const spoken = commands.length > 0 ? [...commands, separator, ...said] : [];
    return [...comments, ...spoken].join('\n');
  });
  return `${paragraphs.join('\n\n')}\n`;
}

/** Runs the commands of one transcript, in order, against one cluster. */
export class TranscriptRunner {
  #cluster = new Cluster({ conf: confOf([]) });
  #lines: string[] = [];

  /** Everything that the cluster says to these commands. */
  run(commands: readonly string[]): readonly string[] {
    this.#lines = [];
    for (const command of commands) this.#runOne(command);
    return this.#lines.length > 0 ? this.#lines : ['ok'];
  }

  #runOne(command: string): void {
    const [verb = '', ...args] = command.split(' ');
    if (verb === 'quietly') {
      const before = [...this.#lines];
      this.#runOne(args.join(' '));
      this.#lines = before;
      return;
    }
    const run = must(commandTable[verb], `transcript: unknown command ${verb}`);
    run(new Context(this, args));
  }

  get cluster(): Cluster {
    return this.#cluster;
  }

  start(cluster: Cluster): void {
    this.#cluster = cluster;
    cluster.onReady = (node, ready) => {
      const lines = describeReady(ready);
      if (lines.length > 0) this.say(`${node.id} ready ${ready.number}`, ...lines.map((line) => `  ${line}`));
    };
    cluster.onDeliver = (message) => this.say(`deliver ${describeMessage(message)}`);
  }

  say(...lines: readonly string[]): void {
    this.#lines.push(...lines);
  }
}

/** The arguments of one command: words by place, and `name=value` settings. */
class Context {
  readonly runner: TranscriptRunner;
  readonly words: readonly string[];
  readonly settings: ReadonlyMap<string, string>;

  constructor(runner: TranscriptRunner, args: readonly string[]) {
    this.runner = runner;
    this.words = args.filter((arg) => !arg.includes('='));
    this.settings = new Map(
      args.filter((arg) => arg.includes('=')).map((arg) => [arg.slice(0, arg.indexOf('=')), arg.slice(arg.indexOf('=') + 1)]),
    );
  }

  get cluster(): Cluster {
    return this.runner.cluster;
  }
  word(at: number): string {
    return must(this.words[at], `transcript: argument ${at + 1} is missing`);
  }
  node(at = 0): TestNode {
    return this.cluster.node(this.word(at));
  }
  list(name: string): readonly string[] {
    return (this.settings.get(name) ?? '').split(',').filter((id) => id !== '');
  }
  number(at: number, otherwise: number): number {
    return Number(this.words[at] ?? otherwise);
  }
}

const numericSettings = [
  'electionTicks',
  'heartbeatTicks',
  'sizePerMsgBytesMax',
  'inflightMessagesMax',
  'inflightBytesMax',
  'uncommittedBytesMax',
  'committedBytesPerReadyMax',
  'pendingReadsMax',
] as const;

function settingsOf(context: Context): TestSettings {
  const settings: Record<string, number> = {};
  for (const name of numericSettings) {
    const value = context.settings.get(name);
    if (value !== undefined) settings[name] = Number(value);
  }
  return settings;
}

function sayResult(context: Context, result: ProposeResult): void {
  if (result.kind === 'refused') context.runner.say(`refused: ${result.reason}`);
  else context.runner.say(`accepted at ${result.term}/${result.firstIndex}`);
}

function parseSingle(word: string): ConfChangeSingle {
  const types = { v: 'add-voter', l: 'add-learner', r: 'remove' } as const;
  const type = must(types[word[0] as 'v' | 'l' | 'r'], `transcript: v, l or r, not ${word}`);
  return { type, id: word.slice(1) };
}

function pick(context: Context): (message: Message) => boolean {
  const { settings } = context;
  const to = context.words[0];
  return (message) =>
    (to === undefined || message.to === to) &&
    (settings.get('from') ?? message.from) === message.from &&
    (settings.get('type') ?? message.type) === message.type;
}

/** `tell` lines of one node's state. */
function sayStatus(context: Context): void {
  const status = context.node().raw.status();
  const leader = status.leader ?? 'unknown';
  context.runner.say(
    `${status.id} ${status.role}${status.removed ? ' (removed)' : ''} leader ${leader} term=${status.term} vote=${status.vote ?? '-'} commit=${status.commit} applied=${status.applied} last=${status.lastTerm}/${status.lastIndex} durable=${status.durableIndex}`,
    `  ${describeConf(status.confState)}`,
  );
  if (status.pendingTransfer !== null) context.runner.say(`  transfer to ${status.pendingTransfer}`);
  for (const [id, progress] of status.progress ?? []) context.runner.say(`  ${describeProgress(id, progress)}`);
}

/** Everything that a transcript may say; `README.md` lists what the commands mean. */
const commandTable: Readonly<Record<string, (context: Context) => void>> = {
  'add-nodes': (context) => {
    const conf = confOf(context.list('voters'), context.list('learners'));
    context.runner.start(new Cluster({ conf, settings: settingsOf(context) }));
  },
  'add-joiner': (context) => void context.cluster.add(context.word(0)),
  campaign: (context) => context.node().raw.campaign(),
  tick: (context) => {
    for (let i = 0; i < context.number(1, 1); i += 1) context.node().raw.tick();
  },
  propose: (context) => sayResult(context, context.node().raw.propose(context.words.slice(1).map(text))),
  change: (context) => {
    const words = context.words.slice(1);
    const joint = words.includes('joint');
    const changes = words.filter((word) => word !== 'joint').map(parseSingle);
    sayResult(context, context.node().raw.proposeConfChange({ transition: joint ? 'joint' : 'auto', changes, context: text('') }));
  },
  read: (context) => context.node().raw.readIndex(context.number(1, 0)),
  transfer: (context) => context.node().raw.transferLeader(context.word(1)),
  unreachable: (context) => context.node().raw.reportUnreachable(context.word(1)),
  'report-snapshot': (context) => context.node().raw.reportSnapshot(context.word(1), context.word(2) === 'ok'),
  ready: (context) => void context.cluster.takeReady(context.word(0)),
  persist: (context) => {
    const write = context.node().persistOne();
    context.runner.say(`${context.word(0)} persisted ready ${write.number}`);
  },
  'hold-disk': (context) => void (context.node().diskHeld = true),
  'release-disk': (context) => void (context.node().diskHeld = false),
  'hold-apply': (context) => void (context.node().applyHeld = true),
  'release-apply': (context) => {
    context.node().applyHeld = false;
    context.node().applyAll();
  },
  deliver: (context) => {
    const wanted = context.cluster.network.filter(pick(context));
    for (const message of wanted) context.cluster.deliver(context.cluster.network.indexOf(message));
  },
  drop: (context) => {
    const dropped = context.cluster.network.filter(pick(context));
    for (const message of dropped) context.runner.say(`drop ${describeMessage(message)}`);
    context.cluster.network = context.cluster.network.filter((message) => !dropped.includes(message));
  },
  /** What is on its way there comes once more, after everything else. */
  repeat: (context) => void context.cluster.network.push(...context.cluster.network.filter(pick(context))),
  /** The oldest of what is on its way there comes last. */
  later: (context) => {
    const { network } = context.cluster;
    const first = network.find(pick(context));
    if (first !== undefined) network.push(...network.splice(network.indexOf(first), 1));
  },
  network: (context) => context.runner.say(...context.cluster.network.map(describeMessage)),
  stabilize: (context) => void context.cluster.stabilize(context.words.length > 0 ? context.words : undefined),
  cut: (context) => context.cluster.cut(context.list('one'), context.list('other')),
  isolate: (context) => context.cluster.isolate(context.word(0)),
  heal: (context) => context.cluster.heal(),
  crash: (context) => context.node().crash(),
  restart: (context) => context.node().restart(),
  checkpoint: (context) => context.node().checkpoint(),
  compact: (context) => {
    context.node().checkpoint();
    context.node().storage.compact(context.number(1, 0));
  },
  'hold-snapshots': (context) => void (context.node().storage.snapshotsReady = false),
  'release-snapshots': (context) => void (context.node().storage.snapshotsReady = true),
  'reject-changes': (context) => {
    const refused = context.word(0);
    for (const node of context.cluster.nodes.values()) {
      node.rejectsConfChange = (entry) => decodeConfChange(entry.data).changes.some((change) => change.id === refused);
    }
  },
  status: sayStatus,
  log: (context) => {
    const { storage } = context.node();
    context.runner.say(`${context.word(0)} log from ${storage.firstIndex()}: ${storage.all().map(describeEntry).join(', ')}`);
  },
};
