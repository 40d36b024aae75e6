import { countText } from '../../components/number_text';
import type { ChartInput, ChartResult } from '../chart';
import { paretoRows } from '../data/pareto_front';
import { stateOf } from '../data/trial_table';
import { leftMargin, panelOption } from '../draw/axes';
import { lineSeries } from '../draw/lines';
import { pointMarks, type Panel } from '../draw/panel';
import { marksWhere, pointSeries } from '../draw/points';
import { forwardAll, valueScale } from '../draw/scale';

export interface ParetoOptions {
  // Indices of two objectives.
  readonly objectives: readonly [number, number];
  readonly log: boolean;
}

const HEIGHT = 400;

export const ONE_OBJECTIVE =
  'A Pareto front needs several objectives; this experiment has one. Add ' +
  'spec.objective.additionalObjectives to a new experiment to search for trade-offs.';

// Two objectives against each other and the trials that no other beats in all objectives.
export function paretoChart(input: ChartInput<ParetoOptions>): ChartResult {
  const { table, width, theme, options } = input;
  if (table.objectives.length < 2) return { unavailable: ONE_OBJECTIVE };
  const [a, b] = options.objectives.map((index) => table.objectives[index]!) as [
    (typeof table.objectives)[0],
    (typeof table.objectives)[0],
  ];
  const front = paretoRows(
    table,
    table.objectives.map((_, index) => index),
  );
  if (front.length === 0) {
    return { unavailable: 'No feasible trial has a value of every objective yet.' };
  }
  const x = valueScale([a.values], options.log);
  const y = valueScale([b.values], options.log);
  const left = leftMargin(y);
  const panel: Panel = {
    rect: { left, top: 14, width: Math.max(80, width - left - 18), height: HEIGHT - 62 },
    x,
    y,
    xName: `${a.metric} (${a.type})`,
    yName: `${b.metric} (${b.type})`,
    marks: pointMarks(forwardAll(x, a.values), forwardAll(y, b.values)),
  };
  const onFront = new Set(front);
  const option = panelOption([panel], theme);
  option.series.push(
    ...pointSeries(panel, 0, [
      {
        id: 'infeasible',
        marks: marksWhere(table.length, (row) => table.feasible[row] === 0),
        color: theme.muted,
        symbol: 'diamond',
        opacity: 0.5,
      },
      {
        id: 'beaten',
        marks: marksWhere(table.length, (row) => table.feasible[row] !== 0 && !onFront.has(row)),
        color: theme.series[0]!,
        opacity: 0.55,
      },
    ]),
    ...pointSeries(panel, 0, [
      { id: 'front', marks: Int32Array.from(front), color: theme.best, size: 9, opacity: 1 },
    ]).map((series) => ({ ...series, z: 6 })),
  );
  if (table.objectives.length === 2) {
    // With more objectives the front is a surface, and a line through its shadow would mislead.
    const sorted = [...front].sort((p, q) => panel.marks.x[p]! - panel.marks.x[q]!);
    option.series.push(
      lineSeries(
        0,
        sorted.map((row) => [panel.marks.x[row]!, panel.marks.y[row]!]),
        {
          id: 'front-line',
          color: theme.best,
          width: 1.5,
          dash: 'dashed',
          opacity: 0.8,
        },
      ),
    );
  }
  return {
    height: HEIGHT,
    option: { ...option },
    panels: [panel],
    legend: [
      { label: 'on the Pareto front', color: theme.best, shape: 'dot' },
      { label: 'beaten by another', color: theme.series[0]!, shape: 'dot' },
    ],
    description:
      `${a.metric} against ${b.metric} of ${countText(table.length)} trials; ` +
      `${countText(front.length)} are on the Pareto front.`,
    data: {
      columns: ['trial', 'state', ...table.objectives.map((o) => o.metric)],
      rows: () =>
        front.map((row) => [
          table.numbers[row]!,
          stateOf(table, row),
          ...table.objectives.map((o) => o.values[row]!),
        ]),
    },
  };
}
