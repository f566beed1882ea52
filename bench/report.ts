/** The result of a run, as tables for people. */
import type { Machine } from './machine.ts';
import type { AddedWait, Times } from './parts/added-wait.ts';
import type { CatchUp } from './parts/catch-up.ts';
import type { Expectation } from './parts/context.ts';
import type { Failover } from './parts/failover.ts';
import type { LargeCopy } from './parts/large-copy.ts';
import type { Lateness } from './parts/lateness.ts';
import type { Writes } from './parts/writes.ts';
import type { Point } from './rounds.ts';
import type { Spread } from './stats.ts';

export interface Report {
  readonly startedAt: string;
  readonly seconds: number;
  readonly machine: Machine;
  readonly generator: string;
  readonly rounds: number;
  readonly secondsPerMeasurement: number;
  readonly reads: readonly Point[] | null;
  readonly writes: Writes | null;
  readonly addedWait: readonly AddedWait[] | null;
  readonly lateness: Lateness | null;
  readonly failover: Failover | null;
  readonly catchUp: readonly CatchUp[] | null;
  readonly largeCopy: LargeCopy | null;
  readonly expectations: readonly Expectation[];
}

export function formatReport(report: Report): string {
  const { machine, generator, rounds, secondsPerMeasurement } = report;
  const sections = [
    `${machine.cpus} x ${machine.cpu}, ${machine.memoryGb} GB, ${machine.os}, Node ${machine.node}; commit ${machine.commit}; load before ${machine.loadBefore.toFixed(1)}\n` +
      `load by ${generator}; ${rounds} rounds of ${secondsPerMeasurement} s in turn; median (least..most)`,
  ];
  if (report.reads !== null) sections.push(`(a) Token reads of 1 KB on a follower\n${pointTable(report.reads)}`);
  if (report.writes !== null) {
    const { points, etcd } = report.writes;
    sections.push(`(b) Durable writes of 1 KB on three nodes, etcd ${etcd ?? 'is not installed'}\n${pointTable(points)}`);
  }
  if (report.addedWait !== null)
    sections.push(`(c) Write at the leader, then read at a follower at once; ms p50 / p99 / p99.9\n${waitTable(report.addedWait)}`);
  if (report.lateness !== null) sections.push(`(d) Timer of the consensus loop under load on its pages\n${latenessText(report.lateness)}`);
  if (report.failover !== null) sections.push(`(e) kill -9 of the leader\n${failoverText(report.failover)}`);
  if (report.catchUp !== null) sections.push(`(f) A follower that was away\n${report.catchUp.map(catchUpText).join('\n')}`);
  if (report.largeCopy !== null) sections.push(`(g) A large copy of the state\n${largeCopyText(report.largeCopy)}`);
  const lines = report.expectations.map(
    ({ part, what, measured, met }) => `${met ? 'yes' : 'NO '}  (${part}) ${what}: ${figure(measured)}`,
  );
  sections.push(`Expected\n${lines.join('\n')}`, `in ${report.seconds.toFixed(0)} s`);
  return `${sections.join('\n\n')}\n`;
}

function pointTable(points: readonly Point[]): string {
  const rows = [['clients', 'subject', 'per second', 'p50 ms', 'p99 ms', 'errors', 'also', 'ratio']];
  for (const { connections, subjects, ratios } of points) {
    for (const { name, perSecond, p50Ms, p99Ms, errors, extra } of subjects) {
      const also = Object.entries(extra).map(([what, value]) => `${figure(value.median)} ${what}`);
      const ratio = ratios[name];
      rows.push([
        String(connections),
        name,
        spread(perSecond),
        spread(p50Ms),
        spread(p99Ms),
        String(errors),
        also.join(', '),
        ratio === undefined ? '' : spread(ratio),
      ]);
    }
  }
  return table(rows);
}

function waitTable(waits: readonly AddedWait[]): string {
  const rows = [['subject', 'other writers', 'what', 'ms']];
  for (const { subject, writers, put, reads, added } of waits) {
    const row = (what: string, times: Times): void => void rows.push([subject, String(writers), what, timesText(times)]);
    row('write', put);
    for (const [kind, times] of Object.entries(reads)) row(`read, ${kind}`, times);
    row('added by the wait', added);
  }
  return table(rows);
}

function latenessText({ connections, seconds, pagesPerSecond, pageP99Ms, errors, p99Ms, maxMs }: Lateness): string {
  return `${connections} connections for ${seconds} s: ${figure(pagesPerSecond)} pages/s, p99 ${figure(pageP99Ms)} ms, ${errors} errors; ticks late by ${figure(p99Ms)} ms at p99, ${figure(maxMs)} ms at most`;
}

function failoverText({ kills, leaderMs, gapMs }: Failover): string {
  const text = ({ p50, p99, max }: Failover['leaderMs']): string => `${figure(p50)} p50, ${figure(p99)} p99, ${figure(max)} at most`;
  return `  ${kills} kills; ms to a new leader: ${text(leaderMs)}; ms without an acknowledged write: ${text(gapMs)}`;
}

function catchUpText({ way, missed, ms, startMs, elections }: CatchUp): string {
  return `  ${missed} writes missed, back by the ${way} in ${figure(ms)} ms, of which ${figure(startMs)} to start; ${elections} elections meanwhile`;
}

function largeCopyText(copy: LargeCopy): string {
  return `  ${copy.stateMb} MB in ${figure(copy.ms)} ms; ${copy.elections} elections, term ${copy.termBefore} before and ${copy.termAfter} after; consensus loops late by ${figure(copy.lateP99Ms)} ms at p99, ${figure(copy.lateMaxMs)} at most; ${copy.writes} writes meanwhile, the slowest ${figure(copy.slowestWriteMs)} ms`;
}

function timesText({ p50Ms, p99Ms, p999Ms }: Times): string {
  return [p50Ms, p99Ms, p999Ms].map(figure).join(' / ');
}

function spread({ median, min, max }: Spread): string {
  return `${figure(median)} (${figure(min)}..${figure(max)})`;
}

/** Three significant digits are more than these figures are good for. */
function figure(value: number): string {
  return Math.abs(value) >= 100 ? String(Math.round(value)) : String(Number(value.toPrecision(3)));
}

function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) => `  ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')}`.trimEnd()).join('\n');
}
