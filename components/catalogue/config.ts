import { count, number } from './words.ts';

/** Namespaces and their entries. */
export const configText = {
  /** Names of the types of values. */
  types: { text: 'Text', json: 'JSON', yaml: 'YAML', number: 'Number', boolean: 'Boolean' },

  tree: {
    label: 'Namespaces',
    filter: 'Filter namespaces',
    create: 'New namespace',
    expand: (name: string) => `Open ${name}`,
    collapse: (name: string) => `Close ${name}`,
    empty: 'No namespaces yet',
    emptyHint: 'A namespace holds the entries of one service or team, such as teams/payments/prod.',
    noMatch: (filter: string) => `No namespace matches “${filter}”.`,
    show: 'Namespaces',
    more: 'Loading more namespaces',
  },

  home: {
    title: 'Configuration',
    lead: 'Choose a namespace to see its entries.',
    firstTitle: 'Create your first namespace',
    firstLead: 'Namespaces are paths, such as teams/payments/prod. Entries live in them.',
    orCli: 'Or from a terminal:',
  },

  table: {
    label: (namespace: string) => `Entries of ${namespace}`,
    filter: 'Filter keys',
    filterHint: 'Press / to filter',
    create: 'New entry',
    deleted: 'Deleted keys',
    columns: { key: 'Key', type: 'Type', revision: 'Rev.', updatedAt: 'Changed', updatedBy: 'By' },
    revisionLong: 'Revision',
    empty: 'No entries yet',
    emptyHint: 'Entries are keys with a value: text, JSON, YAML, a number or a boolean.',
    noMatch: (filter: string) => `No key matches “${filter}”.`,
    clearFilter: 'Clear the filter',
    shown: (shown: number, total: number) =>
      shown === total ? count(total, 'entry', 'entries') : `${number(shown)} of ${count(total, 'entry', 'entries')}`,
    loaded: (loaded: number) => `${number(loaded)} loaded, more are coming`,
    sortAscending: 'sorted, ascending',
    sortDescending: 'sorted, descending',
    owner: (owner: string) => `Owner: ${owner}`,
  },

  newNamespace: {
    title: 'New namespace',
    path: 'Path',
    pathHint: 'Up to 8 segments, for example teams/payments/prod',
    description: 'What is it for? (optional)',
    owner: 'Who answers for it? (optional)',
    submit: 'Create namespace',
    exists: 'There is a namespace with this path already.',
  },

  select: {
    row: (key: string) => `Select ${key}`,
    all: 'Select all that are shown',
    chosen: (n: number) => `${number(n)} selected`,
    none: 'Select none',
    delete: 'Delete',
    export: 'Export',
    copy: 'Copy',
    rename: 'Rename',
    more: 'Import, export and more',
    import: 'Import',
    edit: 'Edit description and owner',
    deleteNamespace: 'Delete the namespace',
    searchValues: 'Search in values of all namespaces',
  },
} as const;
