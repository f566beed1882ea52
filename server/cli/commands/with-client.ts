/** Runs a command against a cluster, and remembers what it has seen however it ends. */
import { connect } from '../connect.ts';
import type { Connection } from '../connect.ts';
import type { Run } from '../program.ts';

export async function withClient<T>(run: Run, work: (connection: Connection) => Promise<T>): Promise<T> {
  const connection = await connect(run.flags, run.io);
  try {
    return await work(connection);
  } finally {
    await connection.close();
  }
}
