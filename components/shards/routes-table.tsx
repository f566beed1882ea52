import type { ReactElement } from 'react';
import type { ShardRoute } from '../../lib/contract/schemas/shards.ts';
import { shardsText } from '../catalogue/shards.ts';
import { Button } from '../ui/button.tsx';
import { Table, Td, Th } from '../ui/table.tsx';
import { GroupName } from './group-mark.tsx';
import type { Mark } from './marks.ts';

const words = shardsText.routes;

export interface RouteActions {
  readonly onMove: (route: ShardRoute) => void;
  readonly onRemove: (route: ShardRoute) => void;
  /** Another change has to end first. */
  readonly disabled: boolean;
}

export interface RoutesTableProps {
  readonly routes: readonly ShardRoute[];
  readonly marks: ReadonlyMap<string, Mark>;
  /** Null: the reader has no right to. */
  readonly actions: RouteActions | null;
}

/** Prefixes that go to a group whatever their partition is. */
export function RoutesTable({ routes, marks, actions }: RoutesTableProps): ReactElement {
  return (
    <Table label={words.label} className="[&_tbody>tr:last-child>td]:border-b-0">
      <thead>
        <tr>
          <Th>{words.columns.prefix}</Th>
          <Th>{words.columns.group}</Th>
          {actions === null ? null : <Th className="w-36">{words.columns.actions}</Th>}
        </tr>
      </thead>
      <tbody>
        {routes
          .toSorted((a, b) => (a.prefix < b.prefix ? -1 : 1))
          .map((route) => (
            <tr key={route.prefix}>
              <Td className="font-mono text-xs break-all">{route.prefix}</Td>
              <Td>
                <GroupName id={route.group} marks={marks} />
              </Td>
              {actions === null ? null : (
                <Td className="py-0.5">
                  <div className="flex gap-1.5">
                    <Button
                      size="sm"
                      aria-label={words.movePrefix(route.prefix)}
                      disabled={actions.disabled}
                      onClick={() => actions.onMove(route)}
                    >
                      {words.move}
                    </Button>
                    <Button
                      size="sm"
                      look="danger"
                      aria-label={words.removePrefix(route.prefix)}
                      disabled={actions.disabled}
                      onClick={() => actions.onRemove(route)}
                    >
                      {words.remove}
                    </Button>
                  </div>
                </Td>
              )}
            </tr>
          ))}
      </tbody>
    </Table>
  );
}
