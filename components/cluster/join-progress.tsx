'use client';

import { Check, Copy } from 'lucide-react';
import type { ReactElement } from 'react';
import { useId, useRef, useState } from 'react';
import { joinCommand } from '../../lib/contract/join-command.ts';
import { membersText } from '../catalogue/members.ts';
import { Button } from '../ui/button.tsx';
import { Step } from '../ui/step.tsx';
import type { Joining } from './joining.ts';

const said = membersText.joining;

/** Which step it is at: those before are done. */
const reached: Readonly<Record<Joining['step'], number>> = { awaited: 1, silent: 2, copying: 2, votes: 4 };

/** How far a node that was added is, step by step, and the command that starts it for as long as it has not come. */
export function JoinProgress({ joining, door }: { readonly joining: Joining; readonly door: string }): ReactElement {
  const { node, step, behind, peer, url } = joining;
  const at = reached[step];
  const { steps } = said;
  const lines = [
    steps.added,
    at > 1 ? steps.came : steps.awaited,
    step === 'silent' ? steps.silent : at > 2 ? steps.copied : steps.copying(step === 'copying' ? behind : null),
    steps.votes,
  ];
  return (
    <div className="flex flex-col gap-3">
      <ol aria-label={said.progress(node)} aria-live="polite" className="flex flex-col gap-1.5 text-sm">
        {lines.map((line, place) => (
          <Step key={place} state={place < at ? 'done' : place === at ? (step === 'silent' ? 'stuck' : 'now') : 'later'}>
            {line}
          </Step>
        ))}
      </ol>
      {step === 'awaited' && peer !== null ? <Command command={joinCommand({ id: node, peer, url }, door)} /> : null}
    </div>
  );
}

/** To be copied, by a button or by hand. */
function Command({ command }: { readonly command: string }): ReactElement {
  const code = useRef<HTMLElement>(null);
  const title = useId();
  const [copying, setCopying] = useState<'no' | 'copied' | 'failed'>('no');
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(command);
      setCopying('copied');
    } catch {
      // Without encryption, or where the browser asks and is told no.
      if (code.current !== null) getSelection()?.selectAllChildren(code.current);
      setCopying('failed');
    }
  };
  return (
    <div>
      <div className="flex min-h-7 items-center justify-between gap-2">
        <p id={title} className="text-sm font-medium">
          {said.command}
        </p>
        <div className="flex items-center gap-2">
          <output className="text-xs text-ink-faint">{copying === 'failed' ? said.copyFailed : null}</output>
          <Button size="sm" onClick={() => void copy()}>
            {copying === 'copied' ? <Check aria-hidden /> : <Copy aria-hidden />}
            {copying === 'copied' ? said.copied : said.copy}
          </Button>
        </div>
      </div>
      <code
        ref={code}
        aria-labelledby={title}
        className="mt-1 block rounded-md border bg-sunken px-3 py-2 font-mono text-xs break-words whitespace-pre-wrap select-all"
      >
        {command}
      </code>
      <p className="mt-1 text-xs text-ink-faint">{said.commandHint}</p>
    </div>
  );
}
