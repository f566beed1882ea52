declare const brand: unique symbol;

/**
 * A primitive that only its own parser mints, so that two look-alikes cannot be swapped.
 * Branding costs nothing at run time.
 */
export type Brand<T, Name extends string> = T & { readonly [brand]: Name };
