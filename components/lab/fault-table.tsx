import type { ReactElement } from 'react';
import type { LabState } from '../../lib/contract/schemas/cluster.ts';
import { labText } from '../catalogue/lab.ts';
import { Button } from '../ui/button.tsx';
import { NativeSelect } from '../ui/field.tsx';
import { Switch } from '../ui/switch.tsx';
import { Table, Td, Th } from '../ui/table.tsx';

export interface FaultNode {
  readonly id: string;
  readonly leads: boolean;
  /** Null: it cannot be asked now, so that what is injected there is not known. */
  readonly lab: LabState | null;
  /** The others refuse its connections. */
  readonly cut: boolean;
}

export interface FaultTableProps {
  readonly nodes: readonly FaultNode[];
  /** The nodes have been asked. Before that a change would go to nobody: nothing may be switched. */
  readonly asked: boolean;
  readonly busy: boolean;
  readonly onHold: (node: string, held: boolean) => void;
  readonly onCut: (node: string, cut: boolean) => void;
  readonly onClock: (node: string, offsetMs: number) => void;
  readonly onReset: () => void;
}

/** What this page does to the nodes: applying, links, clocks. */
export function FaultTable({ nodes, asked, busy, onHold, onCut, onClock, onReset }: FaultTableProps): ReactElement {
  const words = labText.faults;
  const anything = nodes.some(
    ({ lab, cut }) => cut || (lab !== null && (lab.holdApply || lab.clockOffsetMs !== 0 || lab.dropPeers.length > 0)),
  );
  const heldLeader = nodes.find(({ leads, lab }) => leads && lab?.holdApply === true);
  return (
    <>
      <Table label={words.title}>
        <thead>
          <tr>
            <Th>{words.columns.node}</Th>
            <Th>{words.columns.hold}</Th>
            <Th>{words.columns.cut}</Th>
            <Th>{words.columns.clock}</Th>
          </tr>
        </thead>
        <tbody>
          {nodes.map((node) => (
            <tr key={node.id}>
              <Td className="font-mono font-medium whitespace-nowrap">
                {node.id}
                {node.leads ? <span className="ml-2 font-sans text-xs font-normal text-accent">{labText.result.leads}</span> : null}
              </Td>
              <Td>
                {node.lab === null ? (
                  <span className="text-xs text-ink-faint">{asked ? words.unreachable : words.asking}</span>
                ) : (
                  <Switch
                    label={words.hold(node.id)}
                    checked={node.lab.holdApply}
                    disabled={busy}
                    onChange={(held) => onHold(node.id, held)}
                    words={node.lab.holdApply ? words.held : words.applying}
                  />
                )}
              </Td>
              <Td>
                <Switch
                  label={words.cut(node.id)}
                  checked={node.cut}
                  disabled={busy || !asked}
                  onChange={(cut) => onCut(node.id, cut)}
                  words={asked ? (node.cut ? words.cutNow : words.connected) : words.asking}
                />
              </Td>
              <Td>{node.lab === null ? null : <ClockChoice node={node.id} offsetMs={node.lab.clockOffsetMs} onClock={onClock} />}</Td>
            </tr>
          ))}
        </tbody>
      </Table>
      <div className="flex flex-wrap items-center justify-between gap-3 px-4 py-3">
        <p className="text-sm text-warn">{heldLeader === undefined ? null : words.leaderHint(heldLeader.id)}</p>
        <Button size="sm" onClick={onReset} disabled={busy || !asked || !anything}>
          {words.reset}
        </Button>
      </div>
    </>
  );
}

function ClockChoice({
  node,
  offsetMs,
  onClock,
}: {
  readonly node: string;
  readonly offsetMs: number;
  readonly onClock: (node: string, offsetMs: number) => void;
}): ReactElement {
  const { clocks, clock, otherClock } = labText.faults;
  const known = Object.hasOwn(clocks, String(offsetMs));
  return (
    <NativeSelect
      aria-label={clock(node)}
      value={String(offsetMs)}
      onChange={({ target }) => onClock(node, Number(target.value))}
      className="min-w-32"
    >
      {(['0', '60000', '-60000', '3600000', '-3600000'] as const).map((offset) => (
        <option key={offset} value={offset}>
          {clocks[offset]}
        </option>
      ))}
      {known ? null : <option value={String(offsetMs)}>{otherClock(offsetMs)}</option>}
    </NativeSelect>
  );
}
