/**
 * Levels of commands: what a program can apply. Frozen history, newest last; what a level means never changes:
 *
 *     1  the first release
 *     2  shards: changes of the registry, steps of moves, preconditions on versions of another group
 *
 * The cluster has one level, kept in its state. It begins at the lowest and rises by a `raise-level` entry once every member
 * runs a program that knows the next one; until then nobody proposes at it, so members of two versions understand each other.
 */

/** The highest level that this program can apply. */
export const COMMAND_LEVEL_MAX = 2;
