import { unreachable } from '../../../lib/kernel/assert.ts';
import { decodeConfChange } from '../confchange-codec.ts';
import type { ConfChange, ConfState, Entry, EntryId, HardState, Message, ProgressStatus, Ready } from '../types.ts';

/** Positions are written `term/index`. */
export function describeEntry(entry: Entry): string {
  const at = `${entry.term}/${entry.index}`;
  if (entry.type === 'conf-change') return `${at} ${describeChange(decodeConfChange(entry.data))}`;
  return entry.data.length === 0 ? at : `${at} "${new TextDecoder().decode(entry.data)}"`;
}

export function describeChange(change: ConfChange): string {
  if (change.changes.length === 0) return 'leave-joint';
  const words = { 'add-voter': 'voter', 'add-learner': 'learner', remove: 'remove' } as const;
  const changes = change.changes.map(({ type, id }) => `${words[type]}:${id}`).join(' ');
  return change.transition === 'joint' ? `(${changes} joint)` : `(${changes})`;
}

export function describeConf(conf: ConfState): string {
  let line = `voters=(${conf.voters.join(' ')})`;
  if (conf.votersOutgoing.length > 0) line += `&&(${conf.votersOutgoing.join(' ')})`;
  if (conf.learners.length > 0) line += ` learners=(${conf.learners.join(' ')})`;
  if (conf.learnersNext.length > 0) line += ` learners-next=(${conf.learnersNext.join(' ')})`;
  return conf.autoLeave ? `${line} auto-leave` : line;
}

export function describeHardState({ term, vote, commit }: HardState): string {
  return `term=${term} vote=${vote ?? '-'} commit=${commit}`;
}

function describeEntries(entries: readonly Entry[]): string {
  return `[${entries.map(describeEntry).join(', ')}]`;
}

export function describeMessage(message: Message): string {
  return `${message.from}->${message.to} ${message.type} term=${message.term}${describeBody(message)}`;
}

function describeBody(message: Message): string {
  switch (message.type) {
    case 'vote':
      return ` last=${message.lastTerm}/${message.lastIndex}${describeHint(message.commit)}${message.transfer ? ' transfer' : ''}`;
    case 'pre-vote':
      return ` last=${message.lastTerm}/${message.lastIndex}${describeHint(message.commit)}`;
    case 'vote-resp':
    case 'pre-vote-resp':
      return ` ${message.granted ? 'granted' : 'rejected'}${describeHint(message.commit)}`;
    case 'app': {
      const entries = message.entries.length > 0 ? ` entries=${describeEntries(message.entries)}` : '';
      return ` prev=${message.prevTerm}/${message.prevIndex} commit=${message.commit}${entries}`;
    }
    case 'app-resp':
      return message.rejected ? ` rejected prev=${message.index} hint=${message.hintTerm}/${message.hintIndex}` : ` index=${message.index}`;
    case 'heartbeat':
      return ` commit=${message.commit}${message.read > 0 ? ` read=${message.read}` : ''}`;
    case 'heartbeat-resp':
      return message.read > 0 ? ` read=${message.read}` : '';
    case 'snap':
      return ` snapshot=${message.snapshot.term}/${message.snapshot.index} ${describeConf(message.snapshot.confState)}`;
    case 'timeout-now':
      return '';
    case 'read-index':
      return ` request=${message.request}`;
    case 'read-index-resp':
      return ` request=${message.request} ${message.rejected ? 'rejected' : `index=${message.index}`}`;
    default:
      return unreachable(message);
  }
}

function describeHint(commit: EntryId | undefined): string {
  return commit === undefined ? '' : ` committed=${commit.term}/${commit.index}`;
}

/** What a Ready asks for, one line each; nothing for an empty one. */
export function describeReady(ready: Ready): readonly string[] {
  const lines: string[] = [];
  if (ready.softState !== undefined) lines.push(`${ready.softState.role}, leader ${ready.softState.leader ?? 'unknown'}`);
  if (ready.hardState !== undefined) lines.push(`write ${describeHardState(ready.hardState)}${ready.mustSync ? '' : ' (lazily)'}`);
  if (ready.snapshot !== undefined)
    lines.push(`install ${ready.snapshot.term}/${ready.snapshot.index} ${describeConf(ready.snapshot.confState)}`);
  if (ready.entries.length > 0) lines.push(`append ${describeEntries(ready.entries)}`);
  if (ready.committedEntries.length > 0) lines.push(`apply ${describeEntries(ready.committedEntries)}`);
  for (const { requestId, index } of ready.readStates) lines.push(`read ${requestId} at ${index}`);
  for (const requestId of ready.readsLost) lines.push(`read ${requestId} lost`);
  for (const message of ready.messages) lines.push(`send ${describeMessage(message)}`);
  return lines;
}

export function describeProgress(id: string, progress: ProgressStatus): string {
  let line = `${id}: ${progress.state} match=${progress.match} next=${progress.next}`;
  if (progress.learner) line += ' learner';
  if (progress.paused) line += ' paused';
  if (progress.pendingSnapshot > 0) line += ` pending-snapshot=${progress.pendingSnapshot}`;
  if (progress.inflightMessages > 0) line += ` inflight=${progress.inflightMessages}`;
  return progress.recentActive ? line : `${line} inactive`;
}
