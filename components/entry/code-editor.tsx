'use client';

import type { ReactElement } from 'react';
import { useEffect, useEffectEvent, useRef, useState } from 'react';
import type { EntryType } from '../../lib/contract/model.ts';
import { text } from '../catalogue.ts';
import type { ValueFault } from './check-value.ts';
import type { Editor } from './codemirror.ts';

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
  readonly onReady?: ((editor: Editor) => void) | undefined;
}

/**
 * The editor of a value. A plain text field stands there from the first paint, and stays if the editor cannot be loaded;
 * what was typed into it goes along.
 */
export function CodeEditor({ value, type, readOnly, label, nonce, onChange, onFault, onSave, onReady }: CodeEditorProps): ReactElement {
  const [phase, setPhase] = useState<'loading' | 'ready' | 'failed'>('loading');
  const place = useRef<HTMLDivElement>(null);
  const field = useRef<HTMLTextAreaElement>(null);
  const editor = useRef<Editor | null>(null);
  const changed = useEffectEvent(onChange);
  const faulted = useEffectEvent(onFault);
  const saved = useEffectEvent(onSave);

  const start = useEffectEvent((createEditor: (typeof import('./codemirror.ts'))['createEditor']) => {
    if (place.current === null || editor.current !== null) return;
    const focused = document.activeElement === field.current && field.current !== null;
    editor.current = createEditor({
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
    setPhase('ready');
    if (focused) editor.current.focus();
    onReady?.(editor.current);
  });

  useEffect(() => {
    let gone = false;
    import('./codemirror.ts').then(
      ({ createEditor }) => {
        if (!gone) start(createEditor);
      },
      () => {
        if (!gone) setPhase('failed');
      },
    );
    return () => {
      gone = true;
      editor.current?.destroy();
      editor.current = null;
    };
  }, []);

  useEffect(() => editor.current?.setValue(value), [value, phase]);
  useEffect(() => editor.current?.setType(type), [type, phase]);
  useEffect(() => editor.current?.setReadOnly(readOnly), [readOnly, phase]);

  return (
    <div className="relative flex min-h-0 flex-1 flex-col">
      <div ref={place} className={phase === 'ready' ? 'min-h-0 flex-1 overflow-hidden [&>.cm-editor]:h-full' : 'hidden'} />
      {phase === 'ready' ? null : (
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
      )}
      {phase === 'failed' ? <p className="border-t px-3 py-1.5 text-xs text-warn">{text.entry.editorFailed}</p> : null}
    </div>
  );
}
