import { holdSeeds } from './hold-seeds.ts';

// The plain machine keeps whatever it is given: in these worlds no range has to be moved before a group takes writes.
holdSeeds(9001, 60, { groups: 2, kind: 'reference' });
