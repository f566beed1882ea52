import type { ReactElement } from 'react';
import { PROBLEMS } from '../../lib/contract/problems.ts';
import { referenceText } from '../catalogue/reference.ts';
import { Badge } from '../ui/badge.tsx';
import { Panel } from '../ui/page.tsx';
import { Table, Td, Th } from '../ui/table.tsx';
import type { Operation, Parameter, Schema } from './openapi.ts';
import { refName } from './openapi.ts';
import { schemaRows, typeText } from './schema-rows.ts';

type Schemas = Readonly<Record<string, Schema>>;

export interface OperationDocProps {
  readonly operation: Operation;
  readonly schemas: Schemas;
}

/** What an operation takes and gives, field by field. */
export function OperationDoc({ operation, schemas }: OperationDocProps): ReactElement {
  const inPlace = (...places: readonly string[]): readonly Parameter[] => operation.parameters.filter((each) => places.includes(each.in));
  const [parameters, headers] = [inPlace('path', 'query'), inPlace('header')];
  return (
    <>
      {parameters.length === 0 ? null : (
        <Panel title={referenceText.parameters} flush>
          <ParameterTable label={referenceText.parameters} parameters={parameters} schemas={schemas} />
        </Panel>
      )}
      {operation.body === null ? null : (
        <Panel title={`${referenceText.body} · ${refName(operation.body) ?? 'JSON'}`} flush>
          <SchemaTable label={referenceText.body} schema={operation.body} schemas={schemas} />
        </Panel>
      )}
      {headers.length === 0 ? null : (
        <Panel title={referenceText.headers} flush>
          <ParameterTable label={referenceText.headers} parameters={headers} schemas={schemas} />
        </Panel>
      )}
      {operation.answers.map(({ status, description, media, schema }) => (
        <Panel
          key={status}
          flush
          title={
            <span className="flex flex-wrap items-center gap-2">
              <Badge tone="ok">{status}</Badge>
              {description}
              {schema === null ? null : <span className="font-mono text-xs font-normal text-ink-soft">{refName(schema)}</span>}
              {media.length < 2 ? null : (
                <span className="text-xs font-normal text-ink-soft">{referenceText.otherMedia(media.slice(1).join(', '))}</span>
              )}
            </span>
          }
        >
          {schema === null ? (
            <p className="px-4 py-3 text-sm text-ink-soft">{media.length === 0 ? referenceText.noBody : media.join(', ')}</p>
          ) : (
            <SchemaTable label={`${referenceText.answers} ${status}`} schema={schema} schemas={schemas} />
          )}
        </Panel>
      ))}
      <Panel title={referenceText.problems} flush>
        <p className="px-4 py-3 text-sm text-ink-soft">{referenceText.problemsLead}</p>
        <details>
          <summary className="border-t px-4 py-2 text-sm text-accent">{referenceText.problemColumns.code}</summary>
          <ProblemTable />
        </details>
      </Panel>
    </>
  );
}

interface ParameterTableProps {
  readonly label: string;
  readonly parameters: readonly Parameter[];
  readonly schemas: Schemas;
}

function ParameterTable({ label, parameters, schemas }: ParameterTableProps): ReactElement {
  return (
    <Table label={label} className="border-t">
      <Head />
      <tbody>
        {parameters.map((parameter) => (
          <tr key={`${parameter.in}:${parameter.name}`}>
            <Name name={parameter.name} depth={0} required={parameter.required} />
            <Type type={parameter.in === 'header' ? '' : typeText(parameter.schema, schemas)} />
            <Td className="text-ink-soft max-sm:hidden">{parameter.description}</Td>
          </tr>
        ))}
      </tbody>
    </Table>
  );
}

interface SchemaTableProps {
  readonly label: string;
  readonly schema: Schema;
  readonly schemas: Schemas;
}

function SchemaTable({ label, schema, schemas }: SchemaTableProps): ReactElement {
  return (
    <Table label={label}>
      <Head />
      <tbody>
        {schemaRows(schema, schemas).map((row) => (
          <tr key={row.path}>
            <Name name={row.name} depth={row.depth} required={row.required} />
            <Type type={row.type} />
            <Td className="text-ink-soft max-sm:hidden">{row.meaning}</Td>
          </tr>
        ))}
      </tbody>
    </Table>
  );
}

function Head(): ReactElement {
  const { fields } = referenceText;
  return (
    <thead>
      <tr>
        <Th className="w-64">{fields.name}</Th>
        <Th className="w-56">{fields.type}</Th>
        <Th className="max-sm:hidden">{fields.meaning}</Th>
      </tr>
    </thead>
  );
}

/** Indents by depth; classes, because the first render may not carry style attributes. */
const indents = ['', 'pl-4', 'pl-8', 'pl-12', 'pl-16', 'pl-20'] as const;

function Name({ name, depth, required }: { readonly name: string; readonly depth: number; readonly required: boolean }): ReactElement {
  return (
    <Td>
      <span className={indents[Math.min(depth, indents.length - 1)]}>
        <span className="font-mono text-[0.8125rem] break-words">{name}</span>{' '}
        {required ? <span className="text-2xs text-ink-faint">{referenceText.required}</span> : null}
      </span>
    </Td>
  );
}

function Type({ type }: { readonly type: string }): ReactElement {
  return <Td className="font-mono text-xs break-words text-ink-soft">{type}</Td>;
}

function ProblemTable(): ReactElement {
  const { problemColumns } = referenceText;
  return (
    <Table label={referenceText.problems}>
      <thead>
        <tr>
          <Th className="w-20">{problemColumns.status}</Th>
          <Th>{problemColumns.code}</Th>
          <Th className="max-sm:hidden">{problemColumns.title}</Th>
          <Th className="w-24 max-sm:hidden">{problemColumns.retryable}</Th>
        </tr>
      </thead>
      <tbody>
        {Object.entries(PROBLEMS).map(([code, { status, title, retryable }]) => (
          <tr key={code}>
            <Td className="tnum">{status}</Td>
            <Td className="font-mono text-xs">{code}</Td>
            <Td className="text-ink-soft max-sm:hidden">{title}</Td>
            <Td className="text-ink-soft max-sm:hidden">{retryable ? referenceText.yes : ''}</Td>
          </tr>
        ))}
      </tbody>
    </Table>
  );
}
