'use client';

import { useQuery } from '@tanstack/react-query';
import type { ReactElement } from 'react';
import { useEffect, useEffectEvent, useState } from 'react';
import { labText } from '../../../components/catalogue/lab.ts';
import { text } from '../../../components/catalogue.ts';
import { firstGroup, isFresh } from '../../../components/cluster/summary.ts';
import { FaultTable } from '../../../components/lab/fault-table.tsx';
import { PlanForm, whyNot } from '../../../components/lab/plan-form.tsx';
import { ProgressView } from '../../../components/lab/progress-view.tsx';
import { ResultView } from '../../../components/lab/result-view.tsx';
import type { Plan } from '../../../components/lab/run.ts';
import { LAB_NAMESPACE } from '../../../components/lab/run.ts';
import { Button } from '../../../components/ui/button.tsx';
import { Notice } from '../../../components/ui/notice.tsx';
import { Page, Panel } from '../../../components/ui/page.tsx';
import type { ClusterStatus, GroupStatus } from '../../../lib/contract/cluster.ts';
import { placementQuery } from '../../../lib/queries/shards.ts';
import { useConsole } from '../../_client/console.tsx';
import { useMayAct } from '../../_client/use-may-act.ts';
import { useLive } from '../../_client/live.tsx';
import { RemoveDialog } from './remove-dialog.tsx';
import type { Experimenting } from './use-experiment.ts';
import { useExperiment } from './use-experiment.ts';
import type { Faults } from './use-faults.ts';
import { useFaults } from './use-faults.ts';

const WAIT_MS = 5_000;

/** "Write, then read at once", for real, and what happened as a picture. */
export function LabPage({ lab, via }: { readonly lab: boolean; readonly via: string }): ReactElement {
  const { session } = useConsole();
  const { status } = useLive();
  const group = useLabGroup(status);
  const mayBreak = useMayAct() && lab;
  const nodes = planNodes(status, group);
  const [chosen, setChosen] = useState<Plan | null>(null);
  // Until somebody chooses: write on the leader, read on a follower.
  const wanted: Plan = chosen ?? {
    writer: group?.leader ?? via,
    reader: nodes.find(({ id }) => id !== (group?.leader ?? via))?.id ?? via,
    mode: 'read-your-writes',
    onTimeout: 'fail',
    waitMs: WAIT_MS,
  };
  const plan: Plan = wanted.reader === via ? wanted : { ...wanted, onTimeout: 'fail' };
  const experiment = useExperiment(
    nodes.map(({ id }) => id),
    via,
    status,
  );
  const faults = useFaults(status, via, mayBreak);
  const refused = whyNot(session.role, session.scope, LAB_NAMESPACE);
  const running = experiment.state.kind === 'writing' || experiment.state.kind === 'reading' || experiment.state.kind === 'looking';
  const far = [plan.writer, plan.reader].find((id) => nodes.find((node) => node.id === id)?.reachable === false);

  const onKey = useEffectEvent((event: KeyboardEvent) => {
    if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey) || running || refused !== null) return;
    event.preventDefault();
    experiment.run(plan);
  });
  useEffect(() => {
    const listen = (event: KeyboardEvent): void => onKey(event);
    document.addEventListener('keydown', listen);
    return () => document.removeEventListener('keydown', listen);
  }, []);

  return (
    <Page title={labText.title} lead={labText.lead}>
      <div className="mx-auto flex max-w-[72rem] flex-col gap-4">
        {refused === null ? null : (
          <Notice look="info" title={labText.plan.readOnlyTitle}>
            {refused}
          </Notice>
        )}
        <Panel title={labText.plan.title}>
          <PlanForm
            plan={plan}
            nodes={nodes}
            running={running}
            disabled={refused !== null}
            via={via}
            warning={refused === null && far !== undefined ? labText.plan.unreachableNode(far) : null}
            onChange={setChosen}
            onRun={() => experiment.run(plan)}
          />
        </Panel>
        <LabFaults lab={lab} mayBreak={mayBreak} faults={faults} />
        <Panel title={labText.result.title}>
          <Outcome experiment={experiment} group={group} faults={mayBreak ? faults : null} />
        </Panel>
        <Cleaning />
      </div>
    </Page>
  );
}

/** The group that keeps the lab's namespace. */
function useLabGroup(status: ClusterStatus | null): GroupStatus | undefined {
  const { reader } = useConsole();
  const several = status !== null && status.groups.length > 1;
  const placement = useQuery({ ...placementQuery(reader, LAB_NAMESPACE), enabled: several });
  if (status === null) return undefined;
  return status.groups.find(({ id }) => id === placement.data?.data.group) ?? firstGroup(status);
}

function planNodes(status: ClusterStatus | null, group: GroupStatus | undefined) {
  const members = group?.members ?? [];
  return (status?.nodes ?? []).map((node) => {
    const replica = members.find((member) => member.node === node.id);
    const reachable = isFresh(node, node.ageMs);
    const role = reachable && replica !== undefined ? text.cluster.roles[replica.role] : text.cluster.nodeStates[node.state];
    return { id: node.id, role, reachable };
  });
}

function LabFaults({
  lab,
  mayBreak,
  faults,
}: {
  readonly lab: boolean;
  readonly mayBreak: boolean;
  readonly faults: Faults;
}): ReactElement {
  const words = labText.faults;
  if (!lab)
    return (
      <Panel title={words.offTitle}>
        <p className="max-w-[52rem] text-sm text-ink-soft">{words.off}</p>
        <pre className="mt-3 w-fit max-w-full overflow-x-auto rounded-md border bg-sunken px-3 py-2 font-mono text-xs">{words.command}</pre>
      </Panel>
    );
  if (!mayBreak)
    return (
      <Panel title={words.title}>
        <p className="text-sm text-ink-soft">{words.adminOnly}</p>
      </Panel>
    );
  return (
    <Panel title={words.title} flush>
      <p className="px-4 py-3 text-sm text-ink-soft">{words.lead}</p>
      {faults.error === null ? null : (
        <Notice look="bad" live="assertive" title={words.failed} className="mx-4 mb-3">
          {faults.error}
        </Notice>
      )}
      <FaultTable
        nodes={faults.nodes}
        asked={faults.asked}
        busy={faults.busy}
        onHold={faults.hold}
        onCut={faults.cut}
        onClock={faults.clock}
        onReset={faults.reset}
      />
    </Panel>
  );
}

/** What is under way, or what came of it. */
function Outcome({
  experiment: { state },
  group,
  faults,
}: {
  readonly experiment: Experimenting;
  readonly group: GroupStatus | undefined;
  /** Null: the reader may not change them. */
  readonly faults: Faults | null;
}): ReactElement {
  switch (state.kind) {
    case 'idle':
      return <p className="py-6 text-center text-sm text-ink-soft">{labText.result.empty}</p>;
    case 'failed':
      return (
        <Notice look="bad" live="assertive" title={labText.progress.failedTitle}>
          {state.message} {labText.progress.failedWrite}
        </Notice>
      );
    case 'done':
      return <ResultView run={state.run} />;
    case 'writing':
    case 'looking':
      return <ProgressView words={state.kind === 'writing' ? labText.progress.writing(state.plan.writer) : labText.progress.looking} />;
    case 'reading': {
      const { plan, version, sinceMs } = state;
      const replica = group?.members.find(({ node }) => node === plan.reader);
      const held = faults?.nodes.find(({ id }) => id === plan.reader)?.lab?.holdApply === true;
      return (
        <ProgressView
          words={labText.progress.reading(plan.reader)}
          wait={plan.mode === 'eventual' ? null : { node: plan.reader, version, sinceMs, appliedIndex: replica?.appliedIndex ?? null }}
          action={
            held ? (
              <Button size="sm" onClick={() => faults.hold(plan.reader, false)}>
                {labText.progress.release(plan.reader)}
              </Button>
            ) : undefined
          }
        />
      );
    }
  }
}

function Cleaning(): ReactElement {
  const { session } = useConsole();
  const [asking, setAsking] = useState(false);
  return (
    <div className="flex flex-wrap items-center justify-between gap-3 text-sm text-ink-soft">
      <p>{labText.plan.namespace(LAB_NAMESPACE)}</p>
      {session.role === 'admin' ? (
        <Button size="sm" onClick={() => setAsking(true)}>
          {labText.plan.remove}
        </Button>
      ) : null}
      {asking ? <RemoveDialog onClose={() => setAsking(false)} /> : null}
    </div>
  );
}
