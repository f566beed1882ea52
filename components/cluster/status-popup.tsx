'use client';

import type { ReactElement } from 'react';
import type { ClusterStatus } from '../../lib/contract/cluster.ts';
import { text } from '../catalogue.ts';
import { ageText } from '../time.tsx';
import type { PopupProps } from '../ui/on-demand.tsx';
import { Popover } from '../ui/popover.tsx';
import { summarize } from './summary.ts';

/** Every node, what is wrong, and what helps. */
export function Popup({ trigger, status }: PopupProps & { readonly status: ClusterStatus }): ReactElement {
  const summary = summarize(status);
  return (
    <Popover title={text.cluster.verdicts[status.cluster.verdict]} trigger={trigger}>
      <div className="flex flex-col gap-3">
        {status.cluster.reasons.length === 0 ? (
          <p className="text-ink-soft">{text.cluster.allWell}</p>
        ) : (
          <ul aria-label={text.cluster.reasons} className="flex flex-col gap-2">
            {status.cluster.reasons.map((reason) => (
              <li key={`${reason.code}/${reason.node ?? ''}/${reason.group ?? ''}`}>
                <p className="font-medium">{reason.text}</p>
                <p className="text-ink-soft">{reason.help}</p>
              </li>
            ))}
          </ul>
        )}
        <ul className="flex flex-col divide-y border-t">
          {summary.nodes.map((node) => (
            <li key={node.id} className="flex items-baseline gap-3 py-1.5">
              <span className="font-mono font-medium">{node.id}</span>
              <span className="text-ink-soft">
                {node.role === null
                  ? text.cluster.nodeStates[node.state]
                  : summary.groups > 1
                    ? text.cluster.leads(node.leads, summary.groups)
                    : text.cluster.roles[node.role]}
              </span>
              <span className="tnum ml-auto text-right text-ink-soft">
                {node.fresh
                  ? text.cluster.nodeLag(node.lag)
                  : `${text.cluster.nodeStates[node.state]}, ${text.cluster.asOf(ageText(node.ageMs))}`}
              </span>
            </li>
          ))}
        </ul>
        <p className="text-xs text-ink-faint">{text.cluster.canLose(status.cluster.canLose)}</p>
      </div>
    </Popover>
  );
}
