/** Every name that a settings file may hold: one file may serve nodes and commands alike. */
import { clientTable } from './client-table.ts';
import { nodeTable } from './node-table.ts';
import { namesOf } from './sources.ts';
import { upTable } from './up-table.ts';

export const everyName: readonly string[] = [nodeTable, clientTable, upTable].flatMap(namesOf);
