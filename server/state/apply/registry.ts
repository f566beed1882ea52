/** Changes of the shard registry, in the log of `default`: the rules are in server/shards, here they meet rows and audit. */
import { DEFAULT_GROUP } from '../../../lib/contract/token.ts';
import type { AuditAction } from '../../../lib/contract/model.ts';
import { must } from '../../../lib/kernel/assert.ts';
import type { ConfState } from '../../raft/types.ts';
import {
  type Birth,
  type RegistryChange,
  type RegistryRecord,
  abortMove,
  changeRoutes,
  createGroup,
  flipMove,
  removeGroup,
  retireGroup,
  voidMove,
} from '../../shards/changes.ts';
import type { RegistryLedgerRow, RegistryMove } from '../../shards/registry.ts';
import type { MemberInfo } from '../member-info.ts';
import { parseRegistry, registryContent } from '../registry-content.ts';
import type { CommandResult, RegistryCommandBody } from '../types.ts';
import type { ApplyContext } from './context.ts';

function resultOf({ epoch }: RegistryRecord, moves: readonly RegistryMove[] = []): CommandResult {
  return { kind: 'registry', epoch, moves };
}

/** How audit events speak of a move. */
function moveLabel({ id, from, to }: RegistryMove): string {
  return `${id} from ${from} to ${to}`;
}

/** Where `default` stands, for a group that is created here. */
function birthOf({ statements, position, progress }: ApplyContext): Birth {
  const row = must(statements.cluster.get(), 'a state has its cluster row');
  const confState = JSON.parse(row.confState) as ConfState;
  const members = JSON.parse(row.members) as readonly MemberInfo[];
  return {
    index: position.index,
    level: progress.level,
    voters: members.filter(({ id }) => confState.voters.includes(id)),
    joint: confState.votersOutgoing.length > 0,
  };
}

function change(context: ApplyContext, registry: RegistryRecord, body: RegistryCommandBody): RegistryChange {
  switch (body.type) {
    case 'create-group':
      return createGroup(registry, body.id, body.members, birthOf(context));
    case 'retire-group':
      return retireGroup(registry, body.id);
    case 'remove-group': {
      const isKept = context.statements.archiveRow.get({ group: body.id })?.complete === 1;
      return removeGroup(registry, body.id, isKept);
    }
    case 'change-routes':
      return changeRoutes(registry, { routes: body.routes, partitions: body.partitions }, body.moves);
    case 'flip-move':
      return flipMove(registry, body.move);
    case 'void-move':
      return voidMove(registry, body.move);
    case 'abort-move':
      return abortMove(registry, body.move);
  }
}

const ACTIONS: { readonly [T in RegistryCommandBody['type']]: AuditAction } = {
  'create-group': 'group.created',
  'retire-group': 'group.retired',
  'remove-group': 'group.removed',
  'change-routes': 'routes.changed',
  'flip-move': 'move.completed',
  'void-move': 'move.voided',
  'abort-move': 'move.abort-requested',
};

/** What a change was about, in words. */
function subjectOf(before: RegistryRecord, after: RegistryRecord, body: RegistryCommandBody): string {
  if ('id' in body) return body.id;
  if ('move' in body) {
    const move = before.moves.find(({ id }) => id === body.move);
    return move === undefined ? body.move : moveLabel(move);
  }
  const moves = after.moves.map(moveLabel).join(', ');
  return `epoch ${after.epoch}: ${moves === '' ? 'nothing has to move' : `moves ${moves}`}`;
}

export function applyRegistry(context: ApplyContext, body: RegistryCommandBody): CommandResult {
  const { statements } = context;
  const registry = parseRegistry(statements.registry.get());
  const refused = (code: 'epoch-changed' | 'invalid-registry', detail: string): CommandResult => ({
    kind: 'registry-refused',
    code,
    epoch: registry.epoch,
    detail,
  });
  if (context.group !== DEFAULT_GROUP)
    return refused('invalid-registry', `the registry is kept by ${DEFAULT_GROUP}, not by ${context.group}`);
  if ('expectedEpoch' in body && body.expectedEpoch !== registry.epoch)
    return refused('epoch-changed', `the registry has epoch ${registry.epoch}, the change was made from epoch ${body.expectedEpoch}`);
  // A flip that comes again finds its row.
  if (body.type === 'flip-move' && statements.ledgerRow.get({ move: body.move }) !== undefined) return resultOf(registry);

  const changed = change(context, registry, body);
  if (changed.kind === 'same') return resultOf(registry);
  if (changed.kind === 'refused') {
    const { code, detail } = changed;
    return { kind: 'registry-refused', code, epoch: registry.epoch, detail };
  }
  const after = changed.registry;
  statements.putRegistry.run({ epoch: after.epoch, content: registryContent(after) });
  if (body.type === 'flip-move') writeLedger(context, registry, after.epoch, body);
  context.audit({ action: ACTIONS[body.type], message: subjectOf(registry, after, body) });
  return resultOf(after, body.type === 'change-routes' ? after.moves : []);
}

function writeLedger(
  context: ApplyContext,
  before: RegistryRecord,
  epoch: number,
  { move: id, fromFinalIndex, toStartIndex }: Extract<RegistryCommandBody, { type: 'flip-move' }>,
): void {
  const move = before.moves.find((one) => one.id === id);
  if (move === undefined) return;
  const { from, to, range } = move;
  const row: RegistryLedgerRow = { move: id, from, to, range, fromFinalIndex, toStartIndex, epoch };
  context.statements.insertLedger.run({ epoch, move: id, content: JSON.stringify(row) });
}
