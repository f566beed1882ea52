'use client';

import type { ReactElement } from 'react';
import { useEffect, useEffectEvent, useRef } from 'react';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { clusterText } from '../catalogue/cluster.ts';
import type { Series } from './history.ts';

export interface LagPlotProps {
  readonly label: string;
  readonly series: Series;
  readonly unit: string;
  /** Seconds since 1970 at the right edge, which is called now. */
  readonly endS: number;
  readonly spanS: number;
}

const HEIGHT_PX = 168;
/** Lines differ in colour and in dashes. */
const DASHES: readonly (readonly number[])[] = [[], [7, 4], [2, 3], [10, 3, 2, 3], [4, 2]];

/** Lines over time, one per node; drawn on a canvas, so its words and its table stand beside it. */
export function LagPlot({ label, series, unit, endS, spanS }: LagPlotProps): ReactElement {
  const box = useRef<HTMLElement>(null);
  const plot = useRef<uPlot | null>(null);
  const nodes = [...series.values.keys()].join(' ');

  const make = useEffectEvent((element: HTMLElement, names: readonly string[]): uPlot => {
    const style = getComputedStyle(element);
    const colour = (name: string): string => style.getPropertyValue(name).trim();
    const axis = {
      stroke: colour('--ink-faint'),
      grid: { stroke: colour('--line'), width: 1 },
      ticks: { show: false },
      font: `11px ${style.fontFamily}`,
    };
    return new uPlot(
      {
        width: element.clientWidth,
        height: HEIGHT_PX,
        legend: { show: false },
        cursor: { y: false, points: { show: false } },
        scales: { x: { time: false, range: [-spanS, 0] }, y: { range: (_plot, _min, max) => [0, Math.max(4, max * 1.15)] } },
        axes: [
          {
            ...axis,
            size: 28,
            splits: () => minutesOf(spanS),
            values: (_plot, ticks) => ticks.map((tick) => clusterText.charts.before(-tick / 60)),
          },
          { ...axis, size: 52, values: (_plot, ticks) => ticks.map((tick) => `${tick}${unit}`) },
        ],
        series: [
          {},
          ...names.map((node, at) => ({
            label: node,
            stroke: colour(`--series-${(at % 5) + 1}`),
            width: 2,
            dash: [...(DASHES[at % DASHES.length] ?? [])],
            points: { show: false },
          })),
        ],
      },
      dataOf(series, endS),
      element,
    );
  });

  // Made anew for other nodes, and when the theme changes: a canvas has no classes.
  useEffect(() => {
    const element = box.current;
    if (element === null) return;
    const renew = (): void => {
      plot.current?.destroy();
      plot.current = make(element, nodes.split(' '));
    };
    renew();
    const themed = new MutationObserver(renew);
    themed.observe(document.documentElement, { attributes: true, attributeFilter: ['class'] });
    const resized = new ResizeObserver(() => plot.current?.setSize({ width: element.clientWidth, height: HEIGHT_PX }));
    resized.observe(element);
    return () => {
      themed.disconnect();
      resized.disconnect();
      plot.current?.destroy();
      plot.current = null;
    };
  }, [nodes]);

  useEffect(() => {
    const current = plot.current;
    if (current === null) return;
    current.setData(dataOf(series, endS));
  }, [series, endS]);

  return <figure ref={box} aria-label={label} className="h-[168px] w-full min-w-0" />;
}

/** Every minute of the span, seconds before now. */
function minutesOf(spanS: number): number[] {
  return Array.from({ length: Math.floor(spanS / 60) + 1 }, (_, at) => -spanS + at * 60);
}

function dataOf({ times, values }: Series, endS: number): uPlot.AlignedData {
  return [times.map((time) => time - endS), ...[...values.values()].map((column) => column as (number | null)[])];
}
