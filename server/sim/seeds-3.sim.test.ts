import { holdSeeds, SEEDS_PER_FILE } from './hold-seeds.ts';

holdSeeds(1 + 2 * SEEDS_PER_FILE, SEEDS_PER_FILE);
