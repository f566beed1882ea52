'use client';

import type { ReactElement } from 'react';
import { useEffect, useEffectEvent, useRef, useState } from 'react';
import type { EntryType } from '../../lib/contract/model.ts';
import { entryText } from '../catalogue/entry.ts';
import type { ValueFault } from './check-value.ts';
import type * as CodeMirror from './codemirror.ts';

export interface CodeEditorProps {
  readonly value: string;
  readonly type: EntryType;
  readonly readOnly: boolean;
  readonly label: string;
  readonly nonce: string;
  readonly onChange: (value: string) => void;
  readonly onFault: (fault: ValueFault | null) => void;
  readonly onSave: () => void;
  /** Gets the editor once it is there, for jumps to a line. */
  readonly onReady?: ((editor: CodeMirror.Editor) => void) | undefined;
}

/**
 * The editor of a value. A plain text field stands there from the first paint, and stays if the editor cannot be loaded;
 * what was typed into it goes along.
 */
export function CodeEditor({ value, type, readOnly, label, nonce, onChange, onFault, onSave, onReady }: CodeEditorProps): ReactElement {
  const [editor, setEditor] = useState<CodeMirror.Editor | null>(null);
  const [failed, setFailed] = useState(false);
  const place = useRef<HTMLDivElement>(null);
  const field = useRef<HTMLTextAreaElement>(null);
  const changed = useEffectEvent(onChange);
  const faulted = useEffectEvent(onFault);
  const saved = useEffectEvent(onSave);

  const create = useEffectEvent((createEditor: typeof CodeMirror.createEditor): CodeMirror.Editor | null => {
    if (place.current === null) return null;
    const focused = document.activeElement === field.current && field.current !== null;
    const created = createEditor({
      parent: place.current,
      value,
      type,
      readOnly,
      label,
      nonce,
      onChange: (next) => changed(next),
      onFault: (fault) => faulted(fault),
      onSave: () => saved(),
    });
    setEditor(created);
    if (focused) created.focus();
    onReady?.(created);
    return created;
  });

  useEffect(() => {
    let gone = false;
    let created: CodeMirror.Editor | null = null;
    const start = async (): Promise<void> => {
      try {
        const { createEditor } = await import('./codemirror.ts');
        if (!gone) created = create(createEditor);
      } catch {
        if (!gone) setFailed(true);
      }
    };
    void start();
    return () => {
      gone = true;
      created?.destroy();
    };
  }, []);

  useEffect(() => editor?.setValue(value), [editor, value]);
  useEffect(() => editor?.setType(type), [editor, type]);
  useEffect(() => editor?.setReadOnly(readOnly), [editor, readOnly]);

  return (
    <div className="relative flex min-h-0 flex-1 flex-col">
      <div ref={place} className={editor === null ? 'hidden' : 'min-h-0 flex-1 overflow-hidden [&>.cm-editor]:h-full'} />
      {editor === null ? (
        <textarea
          ref={field}
          value={value}
          // A text field turns every line end into its own kind.
          readOnly={readOnly || value.includes('\r')}
          aria-label={label}
          spellCheck={false}
          onChange={(event) => onChange(event.target.value)}
          onKeyDown={(event) => {
            if (event.key !== 's' || !(event.ctrlKey || event.metaKey)) return;
            event.preventDefault();
            onSave();
          }}
          className="scroll-thin min-h-0 flex-1 resize-none bg-transparent py-3 pr-3 pl-[4.6rem] font-mono text-[13px] leading-5 outline-none"
        />
      ) : null}
      {failed ? <p className="border-t px-3 py-1.5 text-xs text-warn">{entryText.entry.editorFailed}</p> : null}
    </div>
  );
}
