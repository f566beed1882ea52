import type { ReactElement } from 'react';
import { useId } from 'react';
import type { EntryType } from '../../lib/contract/model.ts';
import { entryText } from '../catalogue/entry.ts';
import { text } from '../catalogue.ts';
import { Button } from '../ui/button.tsx';
import { cx } from '../ui/cx.ts';
import type { ConflictPart, MergeChoice } from './merge.ts';

export interface ConflictPartsProps {
  readonly conflicts: readonly ConflictPart[];
  readonly choices: readonly (MergeChoice | null)[];
  readonly types: { readonly theirs: EntryType; readonly mine: EntryType } | null;
  readonly type: EntryType;
  readonly disabled: boolean;
  readonly onChoose: (conflict: number, choice: MergeChoice) => void;
  readonly onChooseAll: (choice: MergeChoice) => void;
  readonly onType: (type: EntryType) => void;
}

/** What both have changed: base, theirs and mine of each place, and which to take. */
export function ConflictParts({
  conflicts,
  choices,
  types,
  type,
  disabled,
  onChoose,
  onChooseAll,
  onType,
}: ConflictPartsProps): ReactElement | null {
  if (conflicts.length === 0 && types === null) return null;
  return (
    <div className="flex flex-col gap-3">
      {types === null ? null : (
        <fieldset className="flex flex-wrap items-center gap-x-4 gap-y-1 rounded-lg border px-3 py-2 text-sm">
          <legend className="sr-only">{entryText.conflict.typeTitle}</legend>
          <span aria-hidden className="font-medium">
            {entryText.conflict.typeTitle}
          </span>
          {(['theirs', 'mine'] as const).map((side) => (
            <label key={side} className="flex cursor-pointer items-center gap-1.5">
              <input
                type="radio"
                name="merged-type"
                className="accent-accent"
                checked={type === types[side]}
                onChange={() => onType(types[side])}
              />
              {entryText.conflict[side]}: {text.types[types[side]]}
            </label>
          ))}
        </fieldset>
      )}
      {conflicts.length > 1 ? (
        <div className="flex flex-wrap items-center gap-2 text-sm text-ink-soft">
          {entryText.conflict.all}
          {(['theirs', 'mine'] as const).map((choice) => (
            <Button key={choice} size="sm" disabled={disabled} onClick={() => onChooseAll(choice)}>
              {entryText.conflict[choice]}
            </Button>
          ))}
        </div>
      ) : null}
      {conflicts.map((conflict, at) => (
        <Place
          key={at}
          title={entryText.conflict.place(at + 1, conflicts.length)}
          conflict={conflict}
          choice={choices[at] ?? null}
          disabled={disabled}
          onChoose={(choice) => onChoose(at, choice)}
        />
      ))}
    </div>
  );
}

interface PlaceProps {
  readonly title: string;
  readonly conflict: ConflictPart;
  readonly choice: MergeChoice | null;
  readonly disabled: boolean;
  readonly onChoose: (choice: MergeChoice) => void;
}

function Place({ title, conflict, choice, disabled, onChoose }: PlaceProps): ReactElement {
  const name = useId();
  const radio = (value: MergeChoice, label: string): ReactElement => (
    <label className="flex cursor-pointer items-center gap-1.5 text-sm font-medium">
      <input
        type="radio"
        name={name}
        value={value}
        checked={choice === value}
        disabled={disabled}
        onChange={() => onChoose(value)}
        className="accent-accent"
      />
      {label}
    </label>
  );
  return (
    <fieldset className="min-w-0 overflow-hidden rounded-lg border" aria-label={title}>
      <div className="flex flex-wrap items-center justify-between gap-x-4 gap-y-1 border-b bg-sunken px-3 py-1.5">
        <span className="text-xs font-medium text-ink-soft">{title}</span>
        {radio('both', entryText.conflict.both)}
      </div>
      <div className="grid divide-y md:grid-cols-3 md:divide-x md:divide-y-0">
        <Side content={conflict.base} head={<span className="text-sm text-ink-soft">{entryText.conflict.base}</span>} />
        <Side
          content={conflict.theirs}
          chosen={choice === 'theirs' || choice === 'both'}
          head={radio('theirs', entryText.conflict.theirs)}
        />
        <Side content={conflict.mine} chosen={choice === 'mine' || choice === 'both'} head={radio('mine', entryText.conflict.mine)} />
      </div>
    </fieldset>
  );
}

function Side({
  content,
  head,
  chosen = false,
}: {
  readonly content: string;
  readonly head: ReactElement;
  readonly chosen?: boolean;
}): ReactElement {
  return (
    <div className={cx('min-w-0 px-3 py-2', chosen && 'bg-accent-wash')}>
      {head}
      {content === '' ? (
        <p className="mt-1 text-xs text-ink-faint">{entryText.conflict.nothing}</p>
      ) : (
        <pre className="mt-1 max-h-40 overflow-auto font-mono text-xs leading-5 break-words whitespace-pre-wrap">{content}</pre>
      )}
    </div>
  );
}
