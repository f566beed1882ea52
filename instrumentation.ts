/**
 * Runs once when Next starts. A Confman process puts its node handle in place before it starts Next, so there is nothing
 * to do then; under plain `next start` or `next dev` a one-node cluster is embedded when CONFMAN_DATA names its directory.
 */
export async function register(): Promise<void> {
  if (process.env['NEXT_RUNTIME'] !== 'nodejs') return;
  if (!process.env['CONFMAN_DATA']) return;
  const { hasNodeHandle } = await import('./app/_server/node-handle.ts');
  if (hasNodeHandle()) return;
  const { startEmbeddedNode } = await import('./app/_server/embedded.ts');
  await startEmbeddedNode();
}
