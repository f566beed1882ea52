/** Where long work on entries stands. `done` and `total` count entries. */
export type RunState =
  | { readonly kind: 'idle' }
  | { readonly kind: 'running' | 'done' | 'cancelled'; readonly done: number; readonly total: number }
  | {
      readonly kind: 'failed';
      readonly done: number;
      readonly total: number;
      readonly message: string;
      /** Nobody knows whether the batch that failed was carried out. */
      readonly unknown: boolean;
      /** Entry that the batch was refused for; null where it was not about one. */
      readonly key: string | null;
      /** The same batch may be sent again. */
      readonly retryable: boolean;
    };
