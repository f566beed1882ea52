/** Raises the level at which leaders may propose. It never falls. */
import { UnknownCommandError } from '../errors.ts';
import { COMMAND_LEVEL_MAX } from '../levels.ts';
import type { CommandBody, CommandResult } from '../types.ts';
import type { ApplyContext } from './context.ts';

export function applyRaiseLevel(context: ApplyContext, body: Extract<CommandBody, { type: 'raise-level' }>): CommandResult {
  if (body.level > COMMAND_LEVEL_MAX) {
    throw new UnknownCommandError(
      `the cluster's level rises to ${body.level}, this program knows ${COMMAND_LEVEL_MAX}: start a newer version of Confman`,
    );
  }
  if (body.level > context.progress.level) {
    context.progress.level = body.level;
    context.audit({ action: 'cluster.level-raised', message: `to level ${body.level}` });
  }
  return { kind: 'done' };
}
