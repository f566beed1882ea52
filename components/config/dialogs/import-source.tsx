'use client';

import { FileUp, FolderUp } from 'lucide-react';
import type { DragEvent, ReactElement, RefObject } from 'react';
import { useRef, useState } from 'react';
import { workText } from '../../catalogue/config-work.ts';
import { Button } from '../../ui/button.tsx';
import { cx } from '../../ui/cx.ts';
import { Field, NativeSelect, TextArea } from '../../ui/field.tsx';
import type { TextFile } from '../transfer/file-entries.ts';
import { decodeText } from '../transfer/file-entries.ts';
import type { TransferFormat } from '../transfer/parse-import.ts';
import { formatOfName, TRANSFER_FORMATS } from '../transfer/parse-import.ts';

/** Where entries come from: a document that holds many, or files that are one each. */
export interface ImportSource {
  readonly kind: 'document' | 'files';
  readonly document: string;
  readonly format: TransferFormat;
  readonly files: readonly TextFile[];
  /** What was chosen is more than one import takes. */
  readonly tooLarge: boolean;
}

export const emptySource: ImportSource = { kind: 'document', document: '', format: 'yaml', files: [], tooLarge: false };

/** More than this is not held in a page at once. */
export const SOURCE_MIB_MAX = 64;

export interface ImportSourceFieldsProps {
  readonly source: ImportSource;
  readonly onSource: (source: ImportSource) => void;
  readonly first: RefObject<HTMLButtonElement | null>;
}

export function ImportSourceFields({ source, onSource, first }: ImportSourceFieldsProps): ReactElement {
  const file = useRef<HTMLInputElement>(null);
  const folder = useRef<HTMLInputElement>(null);
  const [over, setOver] = useState(false);

  const take = async (chosen: readonly File[]): Promise<void> => {
    if (chosen.length === 0) return;
    if (chosen.reduce((sum, { size }) => sum + size, 0) > SOURCE_MIB_MAX * 1024 * 1024) {
      onSource({ ...emptySource, tooLarge: true });
      return;
    }
    const files = await Promise.all(
      chosen.map(async (each): Promise<TextFile> => ({
        path: withoutTop(each.webkitRelativePath) || each.name,
        text: decodeText(await each.arrayBuffer()),
      })),
    );
    const only = files.length === 1 ? files[0] : undefined;
    const format = only === undefined ? null : formatOfName(only.path);
    onSource(
      only?.text !== undefined && only.text !== null && format !== null
        ? { kind: 'document', document: only.text, format, files, tooLarge: false }
        : { ...emptySource, kind: 'files', files },
    );
  };

  const drop = (event: DragEvent): void => {
    event.preventDefault();
    setOver(false);
    void take([...event.dataTransfer.files]);
  };

  return (
    <div
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={drop}
      className="flex flex-col gap-3"
    >
      <div
        className={cx(
          'flex flex-wrap items-center gap-2 rounded-lg border border-dashed px-3 py-3 text-sm text-ink-soft',
          over ? 'border-accent bg-accent-wash' : 'border-line-strong/70',
        )}
      >
        <Button ref={first} onClick={() => file.current?.click()}>
          <FileUp aria-hidden />
          {workText.import.file}
        </Button>
        <Button onClick={() => folder.current?.click()}>
          <FolderUp aria-hidden />
          {workText.import.folder}
        </Button>
        <span>{over ? workText.import.dropNow : workText.import.drop}</span>
        <input
          ref={file}
          type="file"
          multiple
          hidden
          aria-label={workText.import.file}
          onChange={(event) => void take([...(event.target.files ?? [])])}
        />
        <input
          ref={folder}
          type="file"
          multiple
          hidden
          // React knows no such attribute; every browser that matters does.
          {...{ webkitdirectory: '' }}
          aria-label={workText.import.folder}
          onChange={(event) => void take([...(event.target.files ?? [])])}
        />
      </div>
      {source.files.length > 0 ? (
        <fieldset className="flex flex-wrap items-center gap-x-4 gap-y-1 text-sm">
          <legend className="sr-only">{workText.import.format}</legend>
          <span className="tnum text-ink-soft">{workText.import.source(source.files.length)}:</span>
          {(source.files.length === 1 ? (['document', 'files'] as const) : (['files'] as const)).map((kind) => (
            <label key={kind} className="flex cursor-pointer items-center gap-1.5">
              <input
                type="radio"
                name="source-kind"
                className="accent-accent"
                checked={source.kind === kind}
                onChange={() => onSource({ ...source, kind, document: source.files[0]?.text ?? '' })}
              />
              {kind === 'document' ? workText.import.asDocument : workText.import.asFiles}
            </label>
          ))}
        </fieldset>
      ) : null}
      {source.kind === 'document' ? <DocumentFields source={source} onSource={onSource} /> : null}
    </div>
  );
}

function DocumentFields({ source, onSource }: Pick<ImportSourceFieldsProps, 'source' | 'onSource'>): ReactElement {
  return (
    <>
      <Field label={workText.import.paste} hint={workText.import.pasteHint}>
        {(control) => (
          <TextArea
            {...control}
            rows={6}
            value={source.document}
            spellCheck={false}
            onChange={(event) => onSource({ ...source, document: event.target.value })}
            className="scroll-thin font-mono"
          />
        )}
      </Field>
      <label className="flex items-center gap-2 text-sm">
        <span className="text-ink-soft">{workText.import.format}</span>
        <NativeSelect
          value={source.format}
          onChange={(event) => onSource({ ...source, format: event.target.value as TransferFormat })}
          className="w-auto"
        >
          {TRANSFER_FORMATS.map((each) => (
            <option key={each} value={each}>
              {workText.import.formats[each]}
            </option>
          ))}
        </NativeSelect>
      </label>
    </>
  );
}

/** A path without the folder that was chosen: the namespace stands for it. */
function withoutTop(path: string): string {
  return path.slice(path.indexOf('/') + 1);
}
