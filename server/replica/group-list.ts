/** The groups of the cluster, as the registry in the main group's state lists them. */
import type { Registry } from '../shards/registry.ts';
import type { GroupLister } from './group-keeper.ts';
import { GROUP_DEFAULT } from './identity.ts';

/** A registry that has never changed has the main group alone. */
export const LISTER: GroupLister = {
  epoch: (main) => main.registry()?.epoch ?? 0,
  list: (main) => {
    const registry = main.registry();
    return registry === null ? { epoch: 0, groups: [] } : listed(registry);
  },
};

function listed({ epoch, groups }: Registry): ReturnType<GroupLister['list']> {
  return {
    epoch,
    groups: groups
      .filter(({ id }) => id !== GROUP_DEFAULT)
      .map(({ id, members, first, level, state }) => ({ id, members, first, level, removed: state === 'retired' })),
  };
}
