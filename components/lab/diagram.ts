/** The sequence diagram of a run: who said what to whom, in the order in which it happened, and where that is drawn. Pure. */
import { labText } from '../catalogue/lab.ts';
import type { Run } from './run.ts';
import { placeRun } from './run.ts';

/** The browser's column. */
export const YOU = 'you';

export type Tone = 'plain' | 'good' | 'wait' | 'bad';

export interface Item {
  readonly kind: 'message' | 'mark';
  readonly from: string;
  /** The same as `from` for a mark. */
  readonly to: string;
  /** Null: it happened between its neighbours; nobody measured when. */
  readonly atMs: number | null;
  readonly plusMinusMs: number;
  readonly label: string;
  readonly tone: Tone;
}

export interface Wait {
  readonly node: string;
  readonly fromMs: number;
  readonly toMs: number;
  readonly label: string;
}

export interface Diagram {
  readonly columns: readonly string[];
  readonly items: readonly Item[];
  readonly wait: Wait | null;
}

/** @param columnsMax nodes that neither wrote, led nor read are left out where there is no room for them */
export function diagramOf(run: Run, columnsMax = 7): Diagram {
  const { plan, leader, write, read } = run;
  const placed = placeRun(run);
  const actors = [...new Set([plan.writer, leader ?? plan.writer, plan.reader])];
  const others = [...run.observations.keys()].filter((node) => !actors.includes(node)).toSorted();
  const columns = [YOU, ...actors, ...others.slice(0, Math.max(0, columnsMax - 1 - actors.length))];
  const lead = leader ?? plan.writer;
  const items: Item[] = [];
  const add = (item: Omit<Item, 'kind' | 'plusMinusMs' | 'tone'> & Partial<Item>): void => {
    items.push({ kind: item.from === item.to ? 'mark' : 'message', plusMinusMs: 0, tone: 'plain', ...item });
  };

  add({ from: YOU, to: plan.writer, atMs: write.sentMs, label: labText.steps.write });
  if (plan.writer !== lead) add({ from: plan.writer, to: lead, atMs: null, label: labText.steps.handOn });
  const sorted: Item[] = [];
  const later = (item: Omit<Item, 'kind' | 'tone' | 'atMs'> & { readonly atMs: number | null; readonly tone?: Tone }): void => {
    if (item.atMs !== null) sorted.push({ kind: item.from === item.to ? 'mark' : 'message', tone: 'plain', ...item });
  };
  const led = placed.get(lead);
  if (led !== undefined) {
    const { plusMinusMs } = led;
    later({ from: lead, to: lead, atMs: led.received, plusMinusMs, label: labText.steps.logged });
    later({ from: lead, to: lead, atMs: led.committed, plusMinusMs, label: labText.steps.committed, tone: 'good' });
  }
  for (const node of columns.slice(1)) {
    const steps = placed.get(node);
    if (steps === undefined) continue;
    const { plusMinusMs } = steps;
    if (node !== lead) later({ from: lead, to: node, atMs: steps.received, plusMinusMs, label: labText.steps.copy });
    later({ from: node, to: node, atMs: steps.durable, plusMinusMs, label: labText.steps.durable });
    later({ from: node, to: node, atMs: steps.applied, plusMinusMs, label: labText.steps.applied, tone: 'good' });
  }
  later({ from: plan.writer, to: YOU, atMs: write.answeredMs, plusMinusMs: 0, label: labText.steps.saved(run.version), tone: 'good' });
  later({ from: YOU, to: plan.reader, atMs: read.sentMs, plusMinusMs: 0, label: readLabel(run) });
  later({ from: plan.reader, to: YOU, atMs: read.answeredMs, plusMinusMs: 0, ...answerOf(run) });
  for (const item of sorted.toSorted((a, b) => (a.atMs ?? 0) - (b.atMs ?? 0))) items.push(item);

  // Nobody measures when the question left; it lies right after the request that asks it.
  if (plan.mode === 'linearizable' && plan.reader !== lead) {
    const place = items.findIndex(
      (item) => item.from === YOU && item.to === plan.reader && item.atMs === read.sentMs && item.label === readLabel(run),
    );
    items.splice(place + 1, 0, {
      kind: 'message',
      from: plan.reader,
      to: lead,
      atMs: null,
      plusMinusMs: 0,
      label: labText.steps.readIndex,
      tone: 'plain',
    });
  }
  const held = placed.get(plan.reader);
  if (held !== undefined && held.applied === null)
    items.push({
      kind: 'mark',
      from: plan.reader,
      to: plan.reader,
      atMs: null,
      plusMinusMs: 0,
      label: labText.steps.notApplied,
      tone: 'bad',
    });
  return { columns, items, wait: waitOf(run, held?.applied ?? null) };
}

function readLabel({ plan, version }: Run): string {
  if (plan.mode === 'read-your-writes') return labText.steps.readWith(version);
  return plan.mode === 'linearizable' ? labText.steps.readLinearizable : labText.steps.readPlain;
}

function answerOf({ read: { outcome } }: Run): { readonly label: string; readonly tone: Tone } {
  switch (outcome.kind) {
    case 'new':
      return { label: labText.steps.answerNew(outcome.version), tone: 'good' };
    case 'old':
      return { label: labText.steps.answerOld(outcome.version), tone: 'bad' };
    case 'missing':
      return { label: labText.steps.answerMissing, tone: 'bad' };
    case 'refused':
      return { label: labText.steps.answerRefused(outcome.code), tone: 'wait' };
  }
}

/** The node says how long it waited; it had done so when it had applied the entry, or else when it answered. */
function waitOf({ plan, read }: Run, appliedMs: number | null): Wait | null {
  const { outcome, sentMs, answeredMs } = read;
  if (outcome.kind === 'refused') {
    return outcome.code === 'version-not-reached' || outcome.code === 'read-index-timeout'
      ? { node: plan.reader, fromMs: sentMs, toMs: answeredMs, label: labText.steps.waitedInVain }
      : null;
  }
  const waited = outcome.waitedMs ?? 0;
  if (waited < 1) return null;
  const end = appliedMs !== null && appliedMs > sentMs && appliedMs <= answeredMs ? appliedMs : answeredMs;
  return { node: plan.reader, fromMs: Math.max(sentMs, end - waited), toMs: end, label: labText.steps.waited(waited) };
}

// ----------------------------------------------------------------------------------------------------------- places

export interface Row {
  readonly item: Item;
  readonly y: number;
  readonly fromX: number;
  readonly toX: number;
}

export interface DiagramLayout {
  readonly width: number;
  readonly height: number;
  readonly columns: readonly { readonly id: string; readonly x: number }[];
  readonly rows: readonly Row[];
  readonly wait: { readonly x: number; readonly y1: number; readonly y2: number; readonly label: string } | null;
}

const TOP = 44;
const ROW = 34;
/** More room where more time has passed, but a second takes no screen. */
const GAP_MAX = 46;

/** Order is true, distances only hint at how long something took: a microsecond and a second are drawn side by side. */
export function layoutDiagram({ columns, items, wait }: Diagram, width: number, timeWidth: number): DiagramLayout {
  const room = width - timeWidth;
  const xs = columns.map((id, at) => ({ id, x: timeWidth + (room * (at + 0.5)) / columns.length }));
  const xOf = (id: string): number => xs.find((column) => column.id === id)?.x ?? timeWidth;
  let y = TOP;
  let before: number | null = null;
  const rows = items.map((item): Row => {
    const passed = item.atMs === null || before === null ? 0 : Math.max(0, item.atMs - before);
    y += ROW + Math.min(GAP_MAX, 9 * Math.log2(1 + passed / 4));
    before = item.atMs ?? before;
    return { item, y, fromX: xOf(item.from), toX: xOf(item.to) };
  });
  return {
    width,
    height: y + 34,
    columns: xs,
    rows,
    wait: wait === null ? null : { x: xOf(wait.node), y1: yAt(rows, wait.fromMs), y2: yAt(rows, wait.toMs), label: wait.label },
  };
}

/** Where a moment lies between the rows whose moments are known. */
function yAt(rows: readonly Row[], atMs: number): number {
  const known = rows.filter(({ item }) => item.atMs !== null);
  const next = known.find(({ item }) => (item.atMs ?? 0) >= atMs);
  if (next === undefined) return known.at(-1)?.y ?? TOP;
  const before = known[known.indexOf(next) - 1];
  if (before === undefined || next.item.atMs === before.item.atMs) return next.y;
  const [from, to] = [before.item.atMs ?? 0, next.item.atMs ?? 0];
  return before.y + ((next.y - before.y) * (atMs - from)) / (to - from);
}
