import { count, number } from './words.ts';

/** Work on many entries, on namespaces, and search: loaded with the dialogs and pages that say it. */
export const workText = {
  run: {
    progress: 'Progress',
    running: (done: number, total: number) => `${number(done)} of ${count(total, 'entry', 'entries')} done`,
    done: (total: number) => `${count(total, 'entry', 'entries')} done`,
    cancelled: (done: number, total: number) => `Stopped after ${number(done)} of ${count(total, 'entry', 'entries')}`,
    cancelledHint: 'What is done stays done.',
    goOn: 'Go on',
    skip: 'Leave it out and go on',
    stop: 'Stop',
    stopping: 'Stopping after this step',
    failed: (done: number, total: number) => `Stopped at ${number(done)} of ${count(total, 'entry', 'entries')}`,
    failedHint: 'Nothing of the step that failed was written; steps before it are done.',
    unknown: (done: number, total: number) =>
      `It is not known whether the step after ${number(done)} of ${count(total, 'entry', 'entries')} was done`,
    close: 'Close',
  },

  bulkDelete: {
    title: (n: number) => `Delete ${count(n, 'entry', 'entries')}?`,
    lead: (namespace: string) => `From ${namespace}. Services that read them will not find them any more.`,
    steps: (steps: number) =>
      steps === 1 ? 'All of them at once, or none.' : `In ${number(steps)} steps of up to 128; each step happens as a whole or not at all.`,
    kept: 'Their history is kept: each can be restored from it.',
    guarded: 'An entry that somebody changes meanwhile is not deleted; the step says so.',
    more: (n: number) => `and ${number(n)} more`,
    submit: (n: number) => `Delete ${count(n, 'entry', 'entries')}`,
  },

  copyEntry: {
    copyTitle: (key: string) => `Copy ${key}`,
    renameTitle: (key: string) => `Rename ${key}`,
    to: 'New key',
    namespace: 'Into the namespace',
    renameLead: 'The entry gets the new key and the old one is deleted, both at once. Its history stays with the old key.',
    copyLead: 'Value and type are copied; the history stays where it is.',
    exists: 'There is an entry with that key already.',
    moved: 'Somebody changed the entry meanwhile. Close this, look at it, and try again.',
    copy: 'Copy',
    rename: 'Rename',
    copied: (key: string) => `Copied to ${key}`,
    renamed: (key: string) => `Renamed to ${key}`,
    sameKey: 'That is its key already.',
  },

  editNamespace: {
    title: 'Edit the namespace',
    submit: 'Save',
    saved: 'Namespace saved',
    deleteTitle: (namespace: string) => `Delete ${namespace}?`,
    deleteLead: (n: number) =>
      n === 0
        ? 'It holds no entries.'
        : `This deletes ${count(n, 'entry', 'entries')} with it, all at once. Services that read them will not find them any more.`,
    deleteKept: 'History and audit are kept: an entry can be restored from its history.',
    confirm: (namespace: string) => `Type ${namespace} to confirm`,
    deleteSubmit: 'Delete the namespace',
    deleted: (namespace: string) => `${namespace} was deleted`,
  },

  import: {
    title: 'Import entries',
    lead: (namespace: string) => `Into ${namespace}. Nothing is written before you have seen what will change.`,
    file: 'Choose a file',
    folder: 'Choose a folder',
    drop: 'or drop files here, or paste below',
    dropNow: 'Let go to read them',
    paste: 'Document (JSON, YAML or .env)',
    pasteHint: 'A map of keys to values, or what an export has written.',
    format: 'Read as',
    formats: { json: 'JSON', yaml: 'YAML', env: '.env' },
    asDocument: 'Entries of this document',
    asFiles: 'One entry per file',
    source: (files: number) => count(files, 'file', 'files'),
    unreadable: (format: string) => `This cannot be read as ${format}`,
    kinds: { added: 'New', changed: 'Changed', equal: 'Equal', refused: 'Refused' },
    nothing: 'Nothing to import yet. Choose a file or paste a document.',
    overwrite: (n: number) => `Overwrite ${count(n, 'entry', 'entries')} that differ`,
    message: 'Why? (optional)',
    submit: (n: number) => `Import ${count(n, 'entry', 'entries')}`,
    comparing: 'Comparing with what is there',
    preview: 'What the import would do',
    before: (value: string) => `now ${value}`,
    shown: (n: number) => `${number(n)} more are not listed`,
    tooLarge: (mib: number) => `Files of more than ${number(mib)} MiB together are too much for one import: bring them in parts.`,
  },

  export: {
    title: 'Export entries',
    lead: (n: number, namespace: string) => `${count(n, 'entry', 'entries')} of ${namespace}, with values and types.`,
    hints: {
      json: 'Comes back to the letter by import',
      yaml: 'Comes back to the letter by import; easy to read',
      env: 'For shells and containers; names are changed where shells need it, and a comment keeps the key',
    },
    submit: 'Download',
    reading: 'Reading the values',
    done: (n: number) => `${count(n, 'entry', 'entries')} exported`,
  },

  search: {
    title: 'Search',
    titleFor: (query: string) => `Search: ${query}`,
    label: 'Search in keys and values',
    in: { both: 'Keys and values', key: 'Keys', value: 'Values' },
    inLabel: 'Where',
    lead: 'Finds text in keys and values of every namespace that you may read.',
    empty: 'Type what you are looking for',
    emptyHint: 'A part of a key or of a value is enough; capitals do not matter.',
    noMatch: (query: string) => `Nothing contains “${query}”`,
    noMatchHint: 'Look for a shorter part, or in keys and values both.',
    found: (n: number, more: boolean) => (more ? `The first ${number(n)}` : count(n, 'entry', 'entries')),
    more: 'Show more',
    results: 'Entries that were found',
    columns: { where: 'Entry', what: 'Where it is', type: 'Type', changed: 'Changed' },
  },
} as const;
