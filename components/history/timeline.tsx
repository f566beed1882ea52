'use client';

import { Trash2 } from 'lucide-react';
import Link from 'next/link';
import type { KeyboardEvent, MouseEvent, ReactElement } from 'react';
import type { Revision } from '../../lib/contract/model.ts';
import { historyText } from '../catalogue/history.ts';
import { TypeTag } from '../config/type-tag.tsx';
import { Ago } from '../time.tsx';
import { Badge } from '../ui/badge.tsx';
import { Button } from '../ui/button.tsx';
import { cx } from '../ui/cx.ts';
import type { Pair, Source } from './plan.ts';

export interface TimelineProps {
  /** Newest first. */
  readonly revisions: readonly Revision[];
  readonly newest: number;
  readonly pair: Pair;
  /** By which way each version came, as far as the audit knows. */
  readonly sources: ReadonlyMap<string, Source>;
  readonly hrefOf: (revision: number) => string;
  readonly onChoose: (revision: number) => void;
  readonly onOlder: (() => void) | null;
  readonly loading: boolean;
  /** The oldest revision that retention has left. */
  readonly oldestKept: number | null;
}

/** The revisions of a key as a line in time. Each is a link to what changed in it; arrows move between them. */
export function Timeline({
  revisions,
  newest,
  pair,
  sources,
  hrefOf,
  onChoose,
  onOlder,
  loading,
  oldestKept,
}: TimelineProps): ReactElement {
  const onKeyDown = (event: KeyboardEvent<HTMLElement>): void => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    const links = [...event.currentTarget.querySelectorAll<HTMLElement>('a')];
    const next = links[links.indexOf(event.target as HTMLElement) + step];
    if (next === undefined) return;
    event.preventDefault();
    next.focus();
  };
  const floor = oldestKept ?? 1;
  return (
    <>
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- the keys are those of the links inside, on their way up */}
      <ol onKeyDown={onKeyDown} className="relative before:absolute before:inset-y-3 before:left-[1.3125rem] before:w-px before:bg-line">
        {revisions.map((revision) => (
          <Line
            key={revision.revision}
            revision={revision}
            current={revision.revision === newest && !revision.deleted}
            role={revision.revision === pair.to ? 'to' : revision.revision === pair.from ? 'from' : null}
            source={sources.get(revision.version) ?? null}
            href={hrefOf(revision.revision)}
            onChoose={onChoose}
          />
        ))}
      </ol>
      {onOlder === null ? (
        <p className="px-4 py-3 text-xs text-ink-faint">{floor > 1 ? historyText.floor(floor) : historyText.complete}</p>
      ) : (
        <div className="p-3">
          <Button size="sm" className="w-full" onClick={onOlder} disabled={loading}>
            {historyText.older}
          </Button>
        </div>
      )}
    </>
  );
}

interface LineProps {
  readonly revision: Revision;
  readonly current: boolean;
  /** Which side of the comparison it is. */
  readonly role: 'from' | 'to' | null;
  readonly source: Source | null;
  readonly href: string;
  readonly onChoose: (revision: number) => void;
}

function Line({ revision, current, role, source, href, onChoose }: LineProps): ReactElement {
  const choose = (event: MouseEvent): void => {
    // Whoever wants it in another tab gets it there.
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
    event.preventDefault();
    onChoose(revision.revision);
  };
  return (
    <li className={cx('relative flex gap-3 py-2.5 pr-3 pl-4', role === 'to' ? 'bg-accent-wash' : 'hover:bg-ink/4')}>
      <span
        aria-hidden
        className={cx(
          'z-10 mt-1.5 size-3 shrink-0 rounded-full border-2',
          role === 'to' ? 'border-accent bg-accent' : role === 'from' ? 'border-accent bg-surface' : 'border-line-strong bg-surface',
        )}
      />
      <div className="min-w-0 flex-1">
        <div className="flex flex-wrap items-center gap-x-2 gap-y-1">
          <Link
            href={href}
            prefetch={false}
            onClick={choose}
            aria-current={role === 'to' ? 'true' : undefined}
            className="text-sm font-medium after:absolute after:inset-0 focus-visible:outline-none focus-visible:after:rounded-sm focus-visible:after:outline-2 focus-visible:after:-outline-offset-2 focus-visible:after:outline-accent"
          >
            {historyText.revision(revision.revision)}
          </Link>
          {current ? <Badge tone="ok">{historyText.current}</Badge> : null}
          {revision.deleted ? (
            <Badge tone="bad">
              <Trash2 aria-hidden />
              {historyText.deleted}
            </Badge>
          ) : (
            <TypeTag type={revision.type} />
          )}
          <span className="tnum ml-auto font-mono text-2xs text-ink-soft">{revision.version}</span>
        </div>
        <p className={cx('text-sm break-words', revision.message === '' ? 'text-ink-faint' : 'text-ink')}>
          {revision.message === '' ? historyText.noMessage : revision.message}
        </p>
        <p className="text-xs text-ink-soft">
          {historyText.by(revision.author)} · <Ago time={revision.time} />
          {source === null ? null : <> · {historyText.source(historyText.sources[source])}</>}
        </p>
      </div>
    </li>
  );
}
