import { holdSeeds } from './hold-seeds.ts';

// Disks are lost and members come and go while everything else goes wrong too.
holdSeeds(7001, 60, { members: true });
