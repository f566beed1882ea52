/** How values stand outside a command's header: where they are put while it is written, and taken from while it is read. */

/** Takes the next value for the section behind the header, and says how many bytes it has there. */
export type ValueSink = (value: string) => number;

/** Gives the next value from that section. */
export type ValueSource = (bytes: number) => string;
