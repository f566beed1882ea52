import type { ReactElement } from 'react';
import { text } from '../catalogue.ts';

export interface LagSample {
  readonly atMs: number;
  /** Entries; null when it was not known. */
  readonly lag: number | null;
}

const WIDTH = 120;
const HEIGHT = 20;

export interface LagChartProps {
  readonly samples: readonly LagSample[];
  readonly nowMs: number;
  readonly spanMs: number;
}

/** The lag of the slowest node over the last while, as a filled step line: a gap where it was not known. */
export function LagChart({ samples, nowMs, spanMs }: LagChartProps): ReactElement {
  const startMs = nowMs - spanMs;
  const highest = Math.max(4, ...samples.map(({ lag }) => lag ?? 0));
  const x = (atMs: number): number => ((Math.max(atMs, startMs) - startMs) / spanMs) * WIDTH;
  const y = (lag: number): number => HEIGHT - 1.5 - (lag / highest) * (HEIGHT - 4);

  let line = '';
  let area = '';
  samples.forEach((sample, at) => {
    if (sample.lag === null) return;
    const from = x(sample.atMs);
    const to = x(samples[at + 1]?.atMs ?? nowMs);
    if (to <= 0) return;
    const joined = samples[at - 1]?.lag !== null && line !== '';
    line += `${joined ? 'L' : 'M'}${from.toFixed(1)} ${y(sample.lag).toFixed(1)}H${to.toFixed(1)}`;
    if (sample.lag > 0) area += `M${from.toFixed(1)} ${HEIGHT}V${y(sample.lag).toFixed(1)}H${to.toFixed(1)}V${HEIGHT}Z`;
  });

  return (
    <svg
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      width={WIDTH}
      height={HEIGHT}
      role="img"
      aria-label={text.cluster.lagChart(Math.round(spanMs / 1000))}
      className="shrink-0 overflow-visible"
    >
      <path d={`M0 ${HEIGHT - 1.5}H${WIDTH}`} className="stroke-line" strokeWidth="1" fill="none" />
      <path d={area} className="fill-warn-mark/30" />
      <path d={line} className="stroke-accent" strokeWidth="1.5" fill="none" strokeLinejoin="round" />
    </svg>
  );
}
