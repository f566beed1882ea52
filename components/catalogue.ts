import { configText } from './catalogue/config.ts';
import { shellText } from './catalogue/shell.ts';

/**
 * The texts of the console: one catalogue, a file per area below `catalogue/`. Sentences say what happened and what helps; names of
 * things are those of the documentation. Functions where a text carries values.
 *
 * This object is what the first load of every page needs. Pages that load by themselves import their own part
 * (`catalogue/audit.ts`, say) directly, so that it comes with them.
 */
export const text = { ...shellText, ...configText } as const;
