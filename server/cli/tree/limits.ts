/** Bounds of the API that an import keeps to (spec 2). */
export const BATCH_OPERATIONS_MAX = 128;
export const BATCH_BYTES_MAX = 4 * 1024 * 1024;
export const VALUE_BYTES_HARD_MAX = 8 * 1024 * 1024;
