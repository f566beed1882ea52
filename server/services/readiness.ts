/** Whether this node can take requests (spec 2, outside `/api/v1`). */
import type { Readiness } from '../../lib/contract/schemas/cluster.ts';
import type { Services } from './context.ts';

export async function readiness({ engine, settings }: Services): Promise<Readiness> {
  const lag = Math.max(0, ...engine.groups().map((group) => lagOf(engine.view(group))));
  const checks = (await engine.health()).map(({ name, ok, detail }) => {
    const behind = name === 'applied' && lag > settings.readyLagEntriesMax;
    return behind
      ? { name, ok: false, detail: `${lag} committed entries are not applied yet; ready at ${settings.readyLagEntriesMax}` }
      : { name, ok, detail };
  });
  const failing = checks.filter((check) => !check.ok).map((check) => check.name);
  return { status: failing.length === 0 ? 'ready' : 'not-ready', node: engine.nodeId, checks, failing };
}

function lagOf(view: { readonly commitIndex: number; readonly appliedIndex: number }): number {
  return view.commitIndex - view.appliedIndex;
}
