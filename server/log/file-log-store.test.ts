import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';

import { FileLogStore } from './file-log-store.ts';
import { runLogStoreSuite } from './log-store-suite.ts';

runLogStoreSuite('files', () => {
  const root = mkdtempSync(join(tmpdir(), 'confman-log-'));
  let generation = 0;
  const opened: FileLogStore[] = [];
  const dir = (): string => join(root, String(generation));
  return {
    open: (options) => {
      const store = FileLogStore.open(dir(), options);
      opened.push(store);
      return store;
    },
    settle: async () => {
      while (opened.some((store) => store.isBusy)) await setImmediate();
    },
    // The killed store may still be at work on its directory, so its heir gets a copy.
    kill: async () => {
      cpSync(dir(), join(root, String(generation + 1)), { recursive: true });
      generation += 1;
    },
    dispose: async () => {
      for (const store of opened) store.close();
      rmSync(root, { recursive: true, force: true });
    },
  };
});
