import { Ban } from 'lucide-react';
import type { ReactElement } from 'react';
import type { ApiKey } from '../../lib/contract/model.ts';
import { accessText } from '../catalogue/access.ts';
import { text } from '../catalogue.ts';
import { Ago, Moment } from '../time.tsx';
import { Badge } from '../ui/badge.tsx';
import { Button } from '../ui/button.tsx';
import { cx } from '../ui/cx.ts';
import { Table, tableStyle, Td, Th } from '../ui/table.tsx';
import type { KeyState } from './key-state.ts';
import { isInForce, keyState } from './key-state.ts';

const { columns } = accessText;

export interface KeysTableProps {
  readonly keys: readonly ApiKey[];
  /** Id of the key that somebody is signed in with. */
  readonly own: string;
  readonly nowMs: number;
  readonly onRevoke: (key: ApiKey) => void;
}

/** API keys: who may do what where, until when. */
export function KeysTable({ keys, own, nowMs, onRevoke }: KeysTableProps): ReactElement {
  return (
    <Table label={accessText.label} className="table-fixed [&_tbody>tr:last-child>td]:border-b-0">
      <thead>
        <tr>
          <Th>{columns.name}</Th>
          <Th className="w-20">{columns.role}</Th>
          <Th className="max-md:hidden">{columns.scope}</Th>
          <Th className="w-28 max-md:hidden" title={accessText.lastUsedHint}>
            {columns.lastUsed}
          </Th>
          <Th className="w-44 max-lg:hidden">{columns.expires}</Th>
          <Th className="w-44 max-lg:hidden">{columns.created}</Th>
          <Th className="w-24">
            <span className="sr-only">{columns.actions}</span>
          </Th>
        </tr>
      </thead>
      <tbody>
        {keys.map((key) => (
          <Row
            key={key.id}
            apiKey={key}
            own={key.id === own}
            state={keyState(key, nowMs)}
            inForce={isInForce(key, nowMs)}
            onRevoke={onRevoke}
          />
        ))}
      </tbody>
    </Table>
  );
}

interface RowProps {
  readonly apiKey: ApiKey;
  readonly own: boolean;
  readonly state: KeyState;
  readonly inForce: boolean;
  readonly onRevoke: (key: ApiKey) => void;
}

function Row({ apiKey, own, state, inForce, onRevoke }: RowProps): ReactElement {
  const { name, role, scope, lastUsedAt, expiresAt, createdAt, createdBy, revokedAt } = apiKey;
  return (
    <tr className={cx(tableStyle.row, !inForce && 'text-ink-faint')}>
      <Td>
        <div className="flex min-w-0 flex-wrap items-center gap-x-2 gap-y-1">
          <span className={cx('min-w-0 truncate', inForce && 'font-medium')} title={name}>
            {name}
          </span>
          {own ? (
            <span title={accessText.ownMeaning}>
              <Badge tone="accent">{accessText.own}</Badge>
            </span>
          ) : null}
          {scope === null ? null : (
            <span className="w-full truncate font-mono text-2xs text-ink-soft md:hidden" title={scope.join('\n')}>
              {scope.join(', ')}
            </span>
          )}
          {state === 'active' ? null : <Badge tone={state === 'soon' ? 'warn' : 'neutral'}>{accessText.states[state]}</Badge>}
        </div>
      </Td>
      <Td>{text.account.roles[role]}</Td>
      <Td className="truncate text-ink-soft max-md:hidden" title={scope?.join('\n')}>
        {scope === null ? accessText.everywhere : <span className="font-mono text-[0.8125rem]">{scope.join(', ')}</span>}
      </Td>
      <Td className="tnum text-ink-soft max-md:hidden">{lastUsedAt === null ? accessText.never : <Ago time={lastUsedAt} />}</Td>
      <Td className="tnum truncate text-ink-soft max-lg:hidden">
        {revokedAt !== null ? (
          <>
            {accessText.revokedAt} <Ago time={revokedAt} />
          </>
        ) : expiresAt === null ? (
          accessText.never
        ) : (
          <Moment time={expiresAt} />
        )}
      </Td>
      <Td className="truncate text-ink-soft max-lg:hidden">
        <Ago time={createdAt} />, {accessText.createdBy(createdBy)}
      </Td>
      <Td className="text-right">
        {inForce ? (
          <Button size="sm" look="quiet" onClick={() => onRevoke(apiKey)} aria-label={accessText.revokeNamed(name)}>
            <Ban aria-hidden />
            {accessText.revoke}
          </Button>
        ) : null}
      </Td>
    </tr>
  );
}
