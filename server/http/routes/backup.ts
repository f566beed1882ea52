/** The backup of the cluster as one file. */
import { startBackup } from '../../services/backup.ts';
import { route } from '../route.ts';

/** The media type of a backup. */
const BACKUP_TYPE = 'application/octet-stream';

export const backupRoutes = [
  route({
    id: 'backup',
    method: 'POST',
    path: '/api/v1/backup',
    right: 'admin',
    kind: 'stream',
    summary: 'Everything that the cluster keeps, as one file; linearizable unless the caller says otherwise',
    answers: { 200: { description: 'The file. Whole only if its last line is there', media: [BACKUP_TYPE] } },
    handle: async ({ api, call }) => {
      const signal = AbortSignal.any([call.gone(), api.stopping]);
      const { data: backup, ...read } = await startBackup(api.services, call, signal);
      const name = `${backup.clusterName.replaceAll(' ', '-')}-${read.applied.term}-${read.applied.index}.confman-backup`;
      return {
        status: 200,
        body: { kind: 'bytes', chunks: until(signal, backup.chunks()), sizeBytes: backup.sizeBytes, contentType: BACKUP_TYPE },
        headers: { 'content-disposition': `attachment; filename="${name}"`, 'cache-control': 'private, no-store, no-transform' },
        read,
        wrote: null,
      };
    },
  }),
];

/** Breaks off when the node stops: what the client then has ends too early, and says so. */
async function* until(signal: AbortSignal, chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) {
    signal.throwIfAborted();
    yield chunk;
  }
}
