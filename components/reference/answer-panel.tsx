import type { ReactElement } from 'react';
import { referenceText } from '../catalogue/reference.ts';
import { Badge } from '../ui/badge.tsx';
import { Notice } from '../ui/notice.tsx';
import { Panel } from '../ui/page.tsx';
import { readable } from './request.ts';

const said = referenceText.attempt;

/** More than this nobody reads here. */
export const SHOWN_BYTES_MAX = 200_000;

/** Where a tried request stands. */
export type Attempt =
  | { readonly kind: 'none' }
  | { readonly kind: 'sent' }
  | { readonly kind: 'failed'; readonly message: string }
  | {
      readonly kind: 'answered';
      readonly status: number;
      readonly statusText: string;
      /** Until the headers came. */
      readonly ms: number;
      readonly headers: readonly (readonly [string, string])[];
      readonly body: string;
      readonly end: 'open' | 'whole' | 'stopped' | 'cut';
    };

/** The real answer: status, headers, body. */
export function AnswerPanel({ attempt }: { readonly attempt: Attempt }): ReactElement | null {
  if (attempt.kind === 'none') return null;
  return (
    <div aria-live="polite">
      <Panel
        title={
          <span className="flex flex-wrap items-center gap-2">
            {said.answer}
            {attempt.kind === 'answered' ? (
              <>
                <Badge tone={attempt.status < 400 ? 'ok' : 'bad'}>{said.status(attempt.status, attempt.statusText)}</Badge>
                <span className="tnum text-xs font-normal text-ink-soft">{said.took(attempt.ms)}</span>
                {attempt.end === 'open' ? <Badge tone="warn">{said.streaming}</Badge> : null}
                {attempt.end === 'stopped' ? <Badge>{said.ended}</Badge> : null}
              </>
            ) : null}
          </span>
        }
      >
        {attempt.kind === 'sent' ? <p className="text-sm text-ink-soft">{said.sending}</p> : null}
        {attempt.kind === 'failed' ? (
          <Notice look="bad" title={said.failed}>
            {attempt.message}
          </Notice>
        ) : null}
        {attempt.kind === 'answered' ? <Answered attempt={attempt} /> : null}
      </Panel>
    </div>
  );
}

function Answered({ attempt }: { readonly attempt: Extract<Attempt, { kind: 'answered' }> }): ReactElement {
  const { headers, body, end } = attempt;
  const mediaType = headers.find(([name]) => name === 'content-type')?.[1] ?? '';
  return (
    <div className="flex flex-col gap-3">
      <dl className="grid grid-cols-[auto_1fr] gap-x-4 gap-y-0.5 font-mono text-xs">
        {headers.map(([name, value]) => (
          <div key={name} className="contents">
            <dt className="text-ink-faint">{name}</dt>
            <dd className="min-w-0 break-all">{value}</dd>
          </div>
        ))}
      </dl>
      {body === '' && end !== 'open' ? (
        <p className="text-sm text-ink-soft">{said.emptyBody}</p>
      ) : (
        <section
          // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- it scrolls, so the keyboard must reach it
          tabIndex={0}
          aria-label={referenceText.body}
          className="scroll-thin max-h-[28rem] overflow-auto rounded-md border bg-sunken px-3 py-2"
        >
          <pre className="font-mono text-xs break-all whitespace-pre-wrap">{end === 'whole' ? readable(body, mediaType) : body}</pre>
        </section>
      )}
      {end === 'cut' ? <p className="text-xs text-ink-soft">{said.cut(SHOWN_BYTES_MAX / 1000)}</p> : null}
    </div>
  );
}
