/** Settings of `confman up`. */
import { adminKeySetting, clusterSecretSetting } from './node-table.ts';
import { nonEmpty, optional, switched, value, whole } from './setting.ts';

export const upTable = {
  nodes: optional({ placeholder: 'N', parse: whole(1, 9), doc: 'How many nodes; an existing cluster keeps its number (3 at first).' }),
  data: value({ placeholder: 'DIR', parse: nonEmpty, fallback: '.confman', doc: 'Where the cluster keeps its data.' }),
  port: optional({
    placeholder: 'N',
    parse: whole(1, 64_000),
    doc: 'Port of the first node; the others follow in steps of 100 (6100 at first).',
  }),
  json: switched({ fallback: false, doc: 'Print one line of JSON when every node is ready.' }),
  lab: switched({ fallback: false, doc: 'Offer fault injection to administrators.' }),
  web: switched({ fallback: true, doc: 'Serve the console.' }),
  verbose: switched({ fallback: false, doc: 'Print what the nodes log.' }),
  'admin-key': adminKeySetting,
  'cluster-secret': clusterSecretSetting,
} as const;
