import { Play } from 'lucide-react';
import type { ReactElement } from 'react';
import { labText } from '../catalogue/lab.ts';
import { Button } from '../ui/button.tsx';
import { cx } from '../ui/cx.ts';
import { Kbd } from '../ui/kbd.tsx';
import { Field, NativeSelect } from '../ui/field.tsx';
import type { LabMode, Plan } from './run.ts';
import { LAB_MODES } from './run.ts';

export interface PlanNode {
  readonly id: string;
  /** A role, or why it has none now. */
  readonly role: string;
  readonly reachable: boolean;
}

export interface PlanFormProps {
  readonly plan: Plan;
  readonly nodes: readonly PlanNode[];
  readonly running: boolean;
  /** The reader has no right to run it; the page says why. */
  readonly disabled: boolean;
  /** The node of the page. A request goes through one other node at most, so what that is to read is not forwarded by it again. */
  readonly via: string;
  /** It can be run, but will probably fail. */
  readonly warning: string | null;
  readonly onChange: (plan: Plan) => void;
  readonly onRun: () => void;
}

/** Where to write, where to read, and how. */
export function PlanForm({ plan, nodes, running, disabled, via, warning, onChange, onRun }: PlanFormProps): ReactElement {
  const words = labText.plan;
  const options = nodes.map(({ id, role }) => (
    <option key={id} value={id}>
      {words.nodeLabel(id, role)}
    </option>
  ));
  return (
    <form
      className="flex flex-col gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        if (!running && !disabled) onRun();
      }}
    >
      <div className="grid gap-4 sm:grid-cols-2">
        <Field label={words.writer}>
          {(control) => (
            <NativeSelect {...control} value={plan.writer} onChange={({ target }) => onChange({ ...plan, writer: target.value })}>
              {options}
            </NativeSelect>
          )}
        </Field>
        <Field label={words.reader}>
          {(control) => (
            <NativeSelect {...control} value={plan.reader} onChange={({ target }) => onChange({ ...plan, reader: target.value })}>
              {options}
            </NativeSelect>
          )}
        </Field>
      </div>
      <fieldset>
        <legend className="mb-1.5 text-sm font-medium">{words.mode}</legend>
        <div className="grid gap-2 md:grid-cols-3">
          {LAB_MODES.map((mode) => (
            <ModeChoice key={mode} mode={mode} chosen={plan.mode === mode} onChoose={() => onChange({ ...plan, mode })} />
          ))}
        </div>
      </fieldset>
      {plan.mode === 'eventual' ? null : (
        <Field
          label={words.onTimeout(plan.waitMs / 1000)}
          hint={plan.reader === via ? undefined : words.noForward(plan.reader)}
          className="max-w-md"
        >
          {(control) => (
            <NativeSelect
              {...control}
              value={plan.onTimeout}
              onChange={({ target }) => onChange({ ...plan, onTimeout: target.value === 'forward' ? 'forward' : 'fail' })}
            >
              <option value="fail">{words.timeouts.fail}</option>
              <option value="forward" disabled={plan.reader !== via}>
                {words.timeouts.forward}
              </option>
            </NativeSelect>
          )}
        </Field>
      )}
      <div className="flex flex-wrap items-center gap-3">
        <Button type="submit" look="primary" size="lg" aria-disabled={running || disabled}>
          <Play aria-hidden />
          {running ? words.running : words.run}
        </Button>
        {disabled ? null : <Kbd>{words.keys}</Kbd>}
        {warning === null ? null : <p className="text-sm text-warn">{warning}</p>}
      </div>
    </form>
  );
}

function ModeChoice({
  mode,
  chosen,
  onChoose,
}: {
  readonly mode: LabMode;
  readonly chosen: boolean;
  readonly onChoose: () => void;
}): ReactElement {
  const words = labText.plan;
  return (
    <label
      className={cx(
        'grid cursor-pointer grid-cols-[auto_1fr] content-start gap-x-2.5 rounded-md border px-3 py-2.5 has-focus-visible:outline-2 has-focus-visible:outline-accent',
        chosen ? 'border-accent bg-accent-wash' : 'border-line hover:border-line-strong',
      )}
    >
      <input
        type="radio"
        name="mode"
        value={mode}
        checked={chosen}
        onChange={onChoose}
        className="mt-[3px] self-start accent-accent outline-none"
      />
      <span className={cx('text-sm font-medium', chosen && 'text-accent')}>{words.modes[mode]}</span>
      <span className={cx('col-start-2 text-xs', chosen ? 'text-ink' : 'text-ink-soft')}>{words.hints[mode]}</span>
    </label>
  );
}

/** Why this reader cannot run it. */
export function whyNot(role: string, scope: readonly string[] | null, namespace: string): string | null {
  if (role === 'viewer') return labText.plan.readOnly;
  const covered = scope === null || scope.some((prefix) => namespace === prefix || namespace.startsWith(`${prefix}/`));
  return covered ? null : labText.plan.outOfScope(namespace, scope.join(', '));
}
