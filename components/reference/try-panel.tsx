'use client';

import { Copy, Play, Square } from 'lucide-react';
import type { ReactElement, SubmitEvent } from 'react';
import { useState } from 'react';
import { referenceText } from '../catalogue/reference.ts';
import { text } from '../catalogue.ts';
import { Button } from '../ui/button.tsx';
import { Field, NativeSelect, TextArea, TextInput } from '../ui/field.tsx';
import { Notice } from '../ui/notice.tsx';
import { Panel } from '../ui/page.tsx';
import { toast } from '../ui/toast.ts';
import type { Operation, Parameter, Schema } from './openapi.ts';
import type { RequestDraft, TriedRequest } from './request.ts';
import { curlOf, draftKey, prepare, requestOf } from './request.ts';
import { exampleOf } from './schema-rows.ts';

const said = referenceText.attempt;

/** Would end the session that the page stands on. */
const NOT_HERE: ReadonlySet<string> = new Set(['signIn', 'signOut']);

export interface TryPanelProps {
  readonly operation: Operation;
  readonly schemas: Readonly<Record<string, Schema>>;
  readonly origin: string;
  readonly running: boolean;
  readonly onSend: (request: TriedRequest) => void;
  readonly onStop: () => void;
}

/** A request that can be filled in, sent for real and copied. What changes something asks once more. */
export function TryPanel({ operation, schemas, origin, running, onSend, onStop }: TryPanelProps): ReactElement {
  const [draft, setDraft] = useState<RequestDraft>(() => ({
    values: {},
    body: operation.body === null ? '' : JSON.stringify(exampleOf(operation.body, schemas), null, 2),
  }));
  const [fault, setFault] = useState<string | null>(null);
  const [asking, setAsking] = useState<TriedRequest | null>(null);
  const curl = curlOf(requestOf(operation, draft), origin, operation.right !== 'open');
  const change = (next: RequestDraft): void => {
    setDraft(next);
    setFault(null);
    setAsking(null);
  };
  const place = (where: 'path' | 'query' | 'header'): readonly Parameter[] => operation.parameters.filter((each) => each.in === where);

  const submit = (event: SubmitEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const prepared = prepare(operation, draft);
    if (prepared.kind !== 'ready') {
      setFault(prepared.kind === 'missing' ? said.missing(prepared.name) : said.badBody);
      return;
    }
    if (operation.method === 'GET') onSend(prepared.request);
    else setAsking(prepared.request);
  };

  const inputs = (parameters: readonly Parameter[]): ReactElement[] =>
    parameters.map((parameter) => (
      <ParameterInput
        key={draftKey(parameter)}
        parameter={parameter}
        value={draft.values[draftKey(parameter)] ?? ''}
        onChange={(value) => change({ ...draft, values: { ...draft.values, [draftKey(parameter)]: value } })}
      />
    ));

  return (
    <Panel title={said.title}>
      <form onSubmit={submit} noValidate className="flex flex-col gap-4">
        <div className="grid gap-3 empty:hidden sm:grid-cols-2">{inputs([...place('path'), ...place('query')])}</div>
        {operation.body === null ? null : (
          <Field label={referenceText.body}>
            {(control) => (
              <TextArea
                {...control}
                rows={Math.min(12, draft.body.split('\n').length + 1)}
                spellCheck={false}
                value={draft.body}
                onChange={(event) => change({ ...draft, body: event.target.value })}
                className="font-mono"
              />
            )}
          </Field>
        )}
        {place('header').length === 0 ? null : (
          <details>
            <summary className="w-fit rounded-sm text-sm text-accent">{said.moreHeaders}</summary>
            <div className="mt-3 grid gap-3 sm:grid-cols-2">{inputs(place('header'))}</div>
          </details>
        )}
        {fault === null ? null : <Notice look="bad" live="assertive" title={fault} />}
        {asking === null ? null : (
          <Confirm
            request={asking}
            onCancel={() => setAsking(null)}
            onSend={() => {
              setAsking(null);
              onSend(asking);
            }}
          />
        )}
        {NOT_HERE.has(operation.id) ? (
          <p className="text-sm text-ink-soft">{said.notHere}</p>
        ) : (
          <div className="flex flex-wrap items-center gap-2">
            <Button type="submit" look="primary" disabled={running || asking !== null}>
              <Play aria-hidden />
              {said.send}
            </Button>
            {running ? (
              <Button onClick={onStop}>
                <Square aria-hidden />
                {said.stop}
              </Button>
            ) : null}
          </div>
        )}
        <Curl curl={curl} />
      </form>
    </Panel>
  );
}

interface ConfirmProps {
  readonly request: TriedRequest;
  readonly onCancel: () => void;
  readonly onSend: () => void;
}

/** What changes something asks once more. */
function Confirm({ request, onCancel, onSend }: ConfirmProps): ReactElement {
  return (
    <Notice
      look="warn"
      live="assertive"
      title={said.confirmTitle}
      actions={
        <>
          <Button size="sm" onClick={onCancel}>
            {text.cancel}
          </Button>
          <Button size="sm" look="danger" onClick={onSend}>
            {said.confirmSend}
          </Button>
        </>
      }
    >
      <span className="break-all">{said.confirm(`${request.method} ${request.url}`)}</span>
    </Notice>
  );
}

function Curl({ curl }: { readonly curl: string }): ReactElement {
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(curl);
      toast({ title: said.copied, look: 'ok' });
    } catch {
      toast({ title: said.copyFailed, look: 'bad' });
    }
  };
  return (
    <div>
      <div className="mb-1 flex items-center justify-between gap-2">
        <span className="text-sm font-medium">{said.curl}</span>
        <Button size="sm" look="quiet" onClick={() => void copy()}>
          <Copy aria-hidden />
          {said.copy}
        </Button>
      </div>
      <pre className="rounded-md border bg-sunken px-3 py-2 font-mono text-xs break-all whitespace-pre-wrap">{curl}</pre>
      <p className="mt-1 text-xs text-ink-faint">{said.curlHint}</p>
    </div>
  );
}

interface ParameterInputProps {
  readonly parameter: Parameter;
  readonly value: string;
  readonly onChange: (value: string) => void;
}

function ParameterInput({ parameter, value, onChange }: ParameterInputProps): ReactElement {
  const { name, required, description, schema } = parameter;
  const choices = schema.enum?.map(String);
  return (
    <Field label={required ? name : `${name} (${said.optional})`} hint={description === '' ? undefined : description}>
      {(control) =>
        choices === undefined ? (
          <TextInput
            {...control}
            value={value}
            onChange={(event) => onChange(event.target.value)}
            className="font-mono"
            spellCheck={false}
            autoCapitalize="none"
          />
        ) : (
          <NativeSelect {...control} value={value} onChange={(event) => onChange(event.target.value)}>
            <option value="">–</option>
            {choices.map((choice) => (
              <option key={choice} value={choice}>
                {choice}
              </option>
            ))}
          </NativeSelect>
        )
      }
    </Field>
  );
}
