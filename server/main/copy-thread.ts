/** Entry of a copy thread: one job, one answer. */
import { parentPort, workerData } from 'node:worker_threads';
import type { CopyJob, CopyReply } from '../replica/copy-thread-client.ts';
import { copyTo, verifyCopy } from '../state/copy.ts';

function run(job: CopyJob): CopyReply {
  try {
    return { ok: true, facts: job.type === 'copy' ? copyTo(job.from, job.to) : verifyCopy(job.path) };
  } catch (error) {
    return { ok: false, message: error instanceof Error ? error.message : String(error) };
  }
}

parentPort?.postMessage(run(workerData as CopyJob));
