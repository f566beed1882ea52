'use client';

import { Check, TriangleAlert, WandSparkles } from 'lucide-react';
import type { ReactElement } from 'react';
import { useRef, useState } from 'react';
import { entryText } from '../catalogue/entry.ts';
import { text } from '../catalogue.ts';
import { Button } from '../ui/button.tsx';
import { Kbd } from '../ui/kbd.tsx';
import type { ValueFault } from './check-value.ts';
import { formatValue } from './check-value.ts';
import { CodeEditor } from './code-editor.tsx';
import type { Editor } from './codemirror.ts';
import type { Draft } from './draft.ts';
import { isDirty } from './draft.ts';

export interface EditorCardProps {
  readonly draft: Draft;
  readonly readOnly: boolean;
  readonly nonce: string;
  /** Something else has to be put right before it can be saved. */
  readonly blocked: boolean;
  readonly onChange: (value: string) => void;
  readonly onReview: () => void;
  readonly onDiscard: () => void;
}

/** The value in its editor, whether it is valid for its type, and what can be done with it. */
export function EditorCard({ draft, readOnly, nonce, blocked, onChange, onReview, onDiscard }: EditorCardProps): ReactElement {
  const [fault, setFault] = useState<ValueFault | null>(null);
  const editor = useRef<Editor | null>(null);
  const dirty = isDirty(draft);
  const formats = draft.type === 'json' || draft.type === 'yaml';

  const format = async (): Promise<void> => {
    const formatted = await formatValue(draft.type, draft.value);
    if (formatted !== null) onChange(formatted);
    editor.current?.focus();
  };

  return (
    <div className="flex min-h-48 flex-1 flex-col overflow-hidden rounded-lg border bg-surface shadow-card focus-within:border-accent">
      <CodeEditor
        value={draft.value}
        type={draft.type}
        readOnly={readOnly}
        label={entryText.entry.valueLabel}
        nonce={nonce}
        onChange={onChange}
        onFault={setFault}
        onSave={onReview}
        onReady={(ready) => {
          editor.current = ready;
        }}
      />
      <div className="flex flex-wrap items-center gap-2 border-t bg-sunken px-3 py-2">
        <Validity
          fault={draft.type === 'text' ? null : fault}
          type={text.types[draft.type]}
          plain={draft.type === 'text'}
          onGo={(line) => editor.current?.goTo(line)}
        />
        {readOnly ? null : (
          <div className="ml-auto flex flex-wrap items-center gap-2">
            <output className="text-xs text-ink-faint">
              {dirty ? entryText.entry.changedNow : draft.base === null ? null : entryText.entry.unchanged}
            </output>
            {formats ? (
              <Button size="sm" look="quiet" onClick={() => void format()}>
                <WandSparkles aria-hidden />
                {entryText.entry.format}
              </Button>
            ) : null}
            {dirty && draft.base !== null ? (
              <Button size="sm" onClick={onDiscard}>
                {entryText.entry.discard}
              </Button>
            ) : null}
            <Button
              size="sm"
              look="primary"
              disabled={blocked || (!dirty && draft.base !== null)}
              onClick={onReview}
              aria-keyshortcuts="Control+S"
            >
              {entryText.entry.review}
              <Kbd>Ctrl S</Kbd>
            </Button>
          </div>
        )}
      </div>
    </div>
  );
}

function Validity({
  fault,
  type,
  plain,
  onGo,
}: {
  readonly fault: ValueFault | null;
  readonly type: string;
  readonly plain: boolean;
  readonly onGo: (line: number) => void;
}): ReactElement | null {
  if (plain) return <span className="text-xs text-ink-faint max-sm:hidden">{entryText.entry.editorHelp}</span>;
  if (fault === null) {
    return (
      <span className="inline-flex items-center gap-1 text-xs text-ok">
        <Check className="size-3.5" aria-hidden />
        {entryText.entry.valid(type)}
      </span>
    );
  }
  return (
    <button
      type="button"
      onClick={() => onGo(fault.line)}
      className="inline-flex min-w-0 items-center gap-1 rounded-sm text-left text-xs text-bad hover:underline"
    >
      <TriangleAlert className="size-3.5 shrink-0" aria-hidden />
      {entryText.entry.firstProblem(fault.line, fault.message)}
    </button>
  );
}
