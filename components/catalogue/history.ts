import { count, number } from './words.ts';

/** What the pages of a key's history and of deleted keys say. */
export const historyText = {
  title: (key: string) => `History of ${key}`,
  revisions: 'Revisions',
  revision: (n: number) => `Revision ${number(n)}`,
  current: 'current',
  deleted: 'deleted',
  deletedBy: (who: string) => `deleted by ${who}`,
  by: (who: string) => `by ${who}`,
  noMessage: 'No message',
  sources: { console: 'console', cli: 'command line', sdk: 'client library', api: 'the API' },
  source: (source: string) => `via ${source}`,
  older: 'Show older revisions',
  floor: (oldest: number) => `Older revisions are no longer kept. The oldest is ${number(oldest)}.`,
  complete: 'This is the whole history, from the first revision.',
  comparison: 'Comparison',
  from: 'Compare',
  to: 'with',
  nothing: 'nothing',
  beforeFirst: 'Before it existed',
  side: (n: number, deleted: boolean) => (deleted ? `Revision ${number(n)}, deleted` : `Revision ${number(n)}`),
  same: 'Both have the same value.',
  typeChanged: (from: string, to: string) => `The type changed from ${from} to ${to}.`,
  bothGone: 'Neither of them has a value.',
  gone: (n: number) => `Revision ${number(n)} is no longer kept`,
  goneHint: 'Retention has removed it. Choose another one.',
  restore: 'Restore',
  restoreThis: (n: number) => `Restore revision ${number(n)}`,
  isDeletedTitle: (who: string) => `This key is deleted, by ${who}`,
  isDeleted: 'Choose a revision and restore it: the key comes back with that value.',
  viewer: 'Your role is viewer, so you can compare, but not restore.',
  never: 'There is no such entry, and there never was',
  neverBody: (key: string, namespace: string) => `${namespace} has never had a key ${key}.`,

  restoring: {
    title: (n: number) => `Restore revision ${number(n)}`,
    sentence: (from: number, to: number, type: string) =>
      `Revision ${number(from)}’s value becomes revision ${number(to)}, type ${type}. Nothing is removed: all revisions stay in the history.`,
    sentenceBack: (from: number, to: number, type: string) =>
      `The key comes back: revision ${number(from)}’s value becomes revision ${number(to)}, type ${type}. Its history goes on.`,
    typeChange: (from: string, to: string) => `The type changes from ${from} to ${to}.`,
    same: 'The value is the same as now; restoring it makes a new revision with your message.',
    now: (n: number) => `As it is, revision ${number(n)}`,
    gone: 'Deleted',
    will: (n: number) => `As it will be, revision ${number(n)}`,
    submit: 'Restore',
    submitting: 'Restoring',
    conflict: 'Somebody changed this key in between',
    conflictBody: 'Nothing was restored. The comparison now shows what is there; restore again if it is still right.',
  },

  done: (n: number) => `Restored as revision ${number(n)}`,

  deletedKeys: {
    title: 'Deleted keys',
    lead: 'They can be brought back, with their history.',
    label: (namespace: string) => `Deleted keys of ${namespace}`,
    columns: { key: 'Key', type: 'Type', revision: 'Rev.', time: 'Deleted', author: 'By', message: 'Message' },
    filter: 'Filter deleted keys',
    empty: 'Nothing is deleted here',
    emptyHint: 'Keys that are deleted are listed here as long as their history is kept.',
    noMatch: (filter: string) => `No deleted key matches “${filter}”.`,
    shown: (shown: number, all: number, more: boolean) =>
      shown === all
        ? `${count(all, 'deleted key', 'deleted keys')}${more ? ' so far' : ''}`
        : `${number(shown)} of ${count(all, 'deleted key', 'deleted keys')}`,
    more: 'Show more',
  },
} as const;
