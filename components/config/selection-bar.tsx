import { Copy, Download, PencilLine, Trash2, X } from 'lucide-react';
import type { ReactElement } from 'react';
import { text } from '../catalogue.ts';
import { Button } from '../ui/button.tsx';

export interface SelectionBarProps {
  readonly count: number;
  readonly onCopy: () => void;
  readonly onRename: () => void;
  readonly onExport: () => void;
  readonly onDelete: () => void;
  readonly onClear: () => void;
}

/** What can be done with the chosen entries; copying and renaming are for one. */
export function SelectionBar({ count, onCopy, onRename, onExport, onDelete, onClear }: SelectionBarProps): ReactElement {
  return (
    <div className="flex flex-1 flex-wrap items-center gap-2">
      <output className="tnum text-sm font-medium text-accent">{text.select.chosen(count)}</output>
      <Button size="sm" look="quiet" onClick={onClear}>
        <X aria-hidden />
        {text.select.none}
      </Button>
      <div className="ml-auto flex flex-wrap items-center gap-2">
        {count === 1 ? (
          <>
            <Button size="sm" onClick={onCopy}>
              <Copy aria-hidden />
              {text.select.copy}
            </Button>
            <Button size="sm" onClick={onRename}>
              <PencilLine aria-hidden />
              {text.select.rename}
            </Button>
          </>
        ) : null}
        <Button size="sm" onClick={onExport}>
          <Download aria-hidden />
          {text.select.export}
        </Button>
        <Button size="sm" look="danger" onClick={onDelete}>
          <Trash2 aria-hidden />
          {text.select.delete}
        </Button>
      </div>
    </div>
  );
}
