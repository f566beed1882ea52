/** The command level that services propose at: the first, which every release understands (spec 3, section 1). */
export const COMMAND_LEVEL = 1;
