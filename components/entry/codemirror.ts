/** CodeMirror, set up for Confman: one theme from the console's own colours, which follow light and dark by themselves. Loaded on demand. */
import { closeBrackets, closeBracketsKeymap } from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap, indentWithTab } from '@codemirror/commands';
import { json } from '@codemirror/lang-json';
import { yaml } from '@codemirror/lang-yaml';
import { bracketMatching, foldGutter, foldKeymap, HighlightStyle, indentOnInput, syntaxHighlighting } from '@codemirror/language';
import type { Diagnostic } from '@codemirror/lint';
import { forceLinting, linter, lintGutter, lintKeymap } from '@codemirror/lint';
import { MergeView, unifiedMergeView } from '@codemirror/merge';
import { highlightSelectionMatches, search, searchKeymap } from '@codemirror/search';
import type { Extension } from '@codemirror/state';
import { Compartment, EditorState } from '@codemirror/state';
import { drawSelection, EditorView, highlightActiveLine, highlightActiveLineGutter, keymap, lineNumbers } from '@codemirror/view';
import { tags } from '@lezer/highlight';
import type { EntryType } from '../../lib/contract/model.ts';
import type { ValueFault } from './check-value.ts';
import { checkValue } from './check-value.ts';

const look = EditorView.theme({
  '&': { color: 'var(--ink)', backgroundColor: 'transparent', fontSize: '13px', height: '100%' },
  '&.cm-focused': { outline: 'none' },
  '.cm-scroller': { fontFamily: 'var(--font-geist-mono), ui-monospace, monospace', lineHeight: '20px' },
  '.cm-content': { padding: '12px 0', caretColor: 'var(--ink)' },
  '.cm-line': { padding: '0 12px' },
  '.cm-gutters': { backgroundColor: 'transparent', color: 'var(--ink-faint)', border: 'none' },
  '.cm-lineNumbers .cm-gutterElement': { padding: '0 2px 0 12px' },
  '.cm-activeLine, .cm-activeLineGutter': { backgroundColor: 'color-mix(in oklab, var(--ink) 4%, transparent)' },
  '.cm-cursor': { borderLeftColor: 'var(--ink)', borderLeftWidth: '2px' },
  '&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground': {
    backgroundColor: 'color-mix(in oklab, var(--accent) 26%, transparent)',
  },
  '.cm-selectionMatch': { backgroundColor: 'color-mix(in oklab, var(--accent) 14%, transparent)' },
  '&.cm-focused .cm-matchingBracket': { backgroundColor: 'color-mix(in oklab, var(--ok-mark) 25%, transparent)' },
  '.cm-panels': { backgroundColor: 'var(--sunken)', color: 'var(--ink)', borderColor: 'var(--line)' },
  '.cm-panels.cm-panels-bottom': { borderTop: '1px solid var(--line)' },
  '.cm-panel button, .cm-panel .cm-button': {
    backgroundImage: 'none',
    backgroundColor: 'var(--raised)',
    color: 'var(--ink)',
    border: '1px solid var(--line-strong)',
    borderRadius: '4px',
  },
  '.cm-textfield': { backgroundColor: 'var(--surface)', color: 'var(--ink)', border: '1px solid var(--line-strong)', borderRadius: '4px' },
  '.cm-searchMatch': { backgroundColor: 'color-mix(in oklab, var(--warn-mark) 35%, transparent)' },
  '.cm-searchMatch-selected': { backgroundColor: 'color-mix(in oklab, var(--warn-mark) 65%, transparent)' },
  '.cm-tooltip': { backgroundColor: 'var(--raised)', color: 'var(--ink)', border: '1px solid var(--line)', borderRadius: '6px' },
  '.cm-foldPlaceholder': { backgroundColor: 'var(--sunken)', color: 'var(--ink-soft)', border: '1px solid var(--line)' },
  '&.cm-merge-a .cm-changedLine, .cm-deletedChunk': { backgroundColor: 'color-mix(in oklab, var(--bad-mark) 9%, transparent)' },
  '&.cm-merge-b .cm-changedLine, .cm-changedLine': { backgroundColor: 'color-mix(in oklab, var(--ok-mark) 12%, transparent)' },
  // Together with the line's own wash no more than text in every colour of the syntax can stand on; the line below it marks the place.
  '&.cm-merge-b .cm-changedText, .cm-changedText': {
    background: 'color-mix(in oklab, var(--ok-mark) 9%, transparent)',
    boxShadow: 'inset 0 -1px var(--ok-mark)',
  },
  '&.cm-merge-a .cm-changedText, .cm-deletedChunk .cm-deletedText': {
    background: 'color-mix(in oklab, var(--bad-mark) 17%, transparent)',
    boxShadow: 'inset 0 -1px var(--bad-mark)',
  },
  // As far in as the lines around it.
  '.cm-deletedChunk': { paddingLeft: '12px' },
  '.cm-collapsedLines': { background: 'var(--sunken)', color: 'var(--ink-soft)', padding: '4px 12px' },
});

const colours = syntaxHighlighting(
  HighlightStyle.define([
    { tag: [tags.propertyName, tags.definition(tags.propertyName)], color: 'var(--accent)' },
    { tag: [tags.string, tags.special(tags.string)], color: 'var(--ok)' },
    { tag: [tags.number, tags.bool, tags.null, tags.keyword], color: 'var(--warn)' },
    { tag: [tags.comment, tags.meta], color: 'var(--ink-faint)', fontStyle: 'italic' },
    { tag: [tags.punctuation, tags.separator, tags.bracket], color: 'var(--ink-soft)' },
    { tag: tags.invalid, color: 'var(--bad)' },
  ]),
);

function language(type: EntryType): Extension {
  if (type === 'json') return json();
  if (type === 'yaml') return yaml();
  return [];
}

function named(label: string): Extension {
  // What is edited is in the order of tabs anyway; said aloud, it also counts as the way into what scrolls around it.
  return EditorView.contentAttributes.of({ 'aria-label': label, spellcheck: 'false', tabindex: '0' });
}

/** Line ends are part of the value, so they stay as they are; where they are mixed, a carriage return is a character like others. */
function lineEnd(value: string): string {
  return value.includes('\r\n') && !/(?:^|[^\r])\n/.test(value) ? '\r\n' : '\n';
}

export interface EditorOptions {
  readonly parent: HTMLElement;
  readonly value: string;
  readonly type: EntryType;
  readonly readOnly: boolean;
  readonly label: string;
  /** For the style elements that the editor adds. */
  readonly nonce: string;
  readonly onChange: (value: string) => void;
  readonly onFault: (fault: ValueFault | null) => void;
  readonly onSave: () => void;
}

export interface Editor {
  /** Replaces the text, if it differs; can be undone. */
  setValue(value: string): void;
  setType(type: EntryType): void;
  setReadOnly(readOnly: boolean): void;
  focus(): void;
  /** Puts the caret on a line, from 1. */
  goTo(line: number): void;
  destroy(): void;
}

export function createEditor(options: EditorOptions): Editor {
  const languagePart = new Compartment();
  const lintPart = new Compartment();
  const readOnlyPart = new Compartment();

  const check = (type: EntryType): Extension => [
    linter(
      async (view): Promise<readonly Diagnostic[]> => {
        const fault = await checkValue(type, view.state.doc.toString());
        options.onFault(fault);
        if (fault === null) return [];
        const from = Math.min(fault.offset, view.state.doc.length);
        return [{ from, to: Math.min(from + 1, view.state.doc.length), severity: 'error', message: fault.message }];
      },
      { delay: 250 },
    ),
  ];

  const view = new EditorView({
    parent: options.parent,
    state: EditorState.create({
      doc: options.value,
      extensions: [
        EditorView.cspNonce.of(options.nonce),
        EditorState.lineSeparator.of(lineEnd(options.value)),
        lineNumbers(),
        foldGutter(),
        lintGutter(),
        history(),
        drawSelection(),
        indentOnInput(),
        bracketMatching(),
        closeBrackets(),
        highlightActiveLine(),
        highlightActiveLineGutter(),
        highlightSelectionMatches(),
        search({ top: false }),
        EditorView.lineWrapping,
        keymap.of([
          { key: 'Mod-s', preventDefault: true, run: () => (options.onSave(), true) },
          ...closeBracketsKeymap,
          ...defaultKeymap,
          ...searchKeymap,
          ...historyKeymap,
          ...foldKeymap,
          ...lintKeymap,
          indentWithTab,
        ]),
        named(options.label),
        look,
        colours,
        languagePart.of(language(options.type)),
        lintPart.of(check(options.type)),
        readOnlyPart.of(EditorState.readOnly.of(options.readOnly)),
        EditorView.updateListener.of((update) => {
          if (update.docChanged) options.onChange(update.state.sliceDoc());
        }),
      ],
    }),
  });

  return {
    setValue(value) {
      const now = view.state.sliceDoc();
      if (now !== value) view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: view.state.toText(value) } });
    },
    setType(type) {
      view.dispatch({ effects: [languagePart.reconfigure(language(type)), lintPart.reconfigure(check(type))] });
      forceLinting(view);
    },
    setReadOnly(readOnly) {
      view.dispatch({ effects: readOnlyPart.reconfigure(EditorState.readOnly.of(readOnly)) });
    },
    focus: () => view.focus(),
    goTo(line) {
      const place = view.state.doc.line(Math.max(1, Math.min(line, view.state.doc.lines)));
      view.dispatch({ selection: { anchor: place.from }, scrollIntoView: true });
      view.focus();
    },
    destroy: () => view.destroy(),
  };
}

export interface DiffOptions {
  readonly parent: HTMLElement;
  readonly before: string;
  readonly after: string;
  readonly beforeLabel: string;
  readonly afterLabel: string;
  readonly type: EntryType;
  readonly nonce: string;
  readonly sideBySide: boolean;
}

/** Shows what changes from one text to another, unchanged stretches folded. Returns how to take it away. */
export function createDiff(options: DiffOptions): () => void {
  const common: Extension = [
    EditorView.cspNonce.of(options.nonce),
    lineNumbers(),
    look,
    colours,
    language(options.type),
    EditorState.readOnly.of(true),
    EditorView.lineWrapping,
    keymap.of(defaultKeymap),
  ];
  const collapse = { margin: 3, minSize: 6 };
  if (options.sideBySide) {
    const merge = new MergeView({
      parent: options.parent,
      a: { doc: options.before, extensions: [common, named(options.beforeLabel)] },
      b: { doc: options.after, extensions: [common, named(options.afterLabel)] },
      collapseUnchanged: collapse,
      gutter: true,
    });
    return () => merge.destroy();
  }
  const view = new EditorView({
    parent: options.parent,
    state: EditorState.create({
      doc: options.after,
      extensions: [
        common,
        named(options.afterLabel),
        unifiedMergeView({ original: options.before, mergeControls: false, collapseUnchanged: collapse, gutter: true }),
      ],
    }),
  });
  return () => view.destroy();
}
