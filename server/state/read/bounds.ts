/** Ends of ranges of text, as parameters of statements. */

/** Greater than every text, as SQLite orders blobs above texts: the end of a range without an end. */
export const ABOVE_ALL_TEXT = Buffer.alloc(0);
