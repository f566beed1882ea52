import { runLogStoreSuite } from './log-store-suite.ts';
import { MemoryDisk } from './memory-device.ts';
import { MemoryLogStore } from './memory-log-store.ts';
import { ManualScheduler } from './test-support.ts';

runLogStoreSuite('memory', () => {
  const scheduler = new ManualScheduler();
  const disk = new MemoryDisk(scheduler.schedule);
  return {
    open: (options) => MemoryLogStore.open(disk, options),
    settle: async () => scheduler.run(),
    kill: async () => disk.crash('keep-all'),
    dispose: async () => {},
  };
});
