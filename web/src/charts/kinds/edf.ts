import { countText } from '../../components/number_text';
import type { ChartInput, ChartResult, LegendEntry } from '../chart';
import { comparableValues } from '../data/objective';
import { countValues, type ObjectiveType } from '../data/trial_table';
import { leftMargin, panelOption } from '../draw/axes';
import { formatNumber } from '../draw/format_number';
import { lineSeries, type LineData } from '../draw/lines';
import type { Panel } from '../draw/panel';
import { extentOf, forward, forwardAll, linearScale, valueScale } from '../draw/scale';
import { NO_VALUES } from './history';

export interface EdfOptions {
  readonly objective: number;
  readonly log: boolean;
}

const HEIGHT = 320;
// More steps than a wide screen has pixels.
const MOST_STEPS = 2000;

// The share of trials at least as good as a value: the empirical distribution function.
export function edfChart(input: ChartInput<EdfOptions>): ChartResult {
  const { table, width, theme, options } = input;
  const objective = table.objectives[options.objective];
  const values = objective && comparableValues(table, objective);
  const extent = values && extentOf(values);
  if (!objective || !values || !extent) return { unavailable: NO_VALUES };
  const x = valueScale([values], options.log);
  const { rows, shares } = distribution(values, objective.type);
  const y = linearScale([0, 1], 0);
  const left = leftMargin(y);
  const panel: Panel = {
    rect: { left, top: 14, width: Math.max(80, width - left - 18), height: HEIGHT - 62 },
    x,
    y,
    xName: objective.metric,
    yName: 'share of trials',
    marks: {
      shape: 'points',
      rows,
      x: forwardAll(
        x,
        Float64Array.from(rows, (row) => values[row]!),
      ),
      y: shares,
    },
  };
  const option = panelOption([panel], theme);
  const line = edfLine(values, objective.type, (value) => forward(x, value));
  // Every trial is at least as good as what is worse than all.
  line.push([objective.type === 'minimize' ? x.high : x.low, 1]);
  option.series.push(
    lineSeries(0, line, {
      id: 'edf',
      color: theme.series[0]!,
      width: 2,
      fill: true,
    }),
  );
  const legend: LegendEntry[] = [];
  return {
    height: HEIGHT,
    option: { ...option },
    panels: [panel],
    legend,
    description:
      `Distribution of ${objective.metric} over ${countText(countValues(values))} trials, ` +
      `from ${formatNumber(extent[0])} to ${formatNumber(extent[1])}; half of them are at ` +
      `${formatNumber(values[rows[Math.floor((rows.length - 1) / 2)]!]!)} or better.`,
    data: {
      columns: [objective.metric, 'share of trials at least as good', 'trial'],
      rows: () =>
        Array.from(rows, (row, index) => [values[row]!, shares[index]!, table.numbers[row]!]),
    },
  };
}

// Rows with a value, best first, and for each the share of trials that are at least as good.
export function distribution(
  values: Float64Array,
  type: ObjectiveType,
): { rows: Int32Array; shares: Float64Array } {
  const list: number[] = [];
  for (let row = 0; row < values.length; row++) if (!Number.isNaN(values[row])) list.push(row);
  const sign = type === 'minimize' ? 1 : -1;
  const rows = Int32Array.from(list).sort((a, b) => sign * (values[a]! - values[b]!) || a - b);
  const shares = new Float64Array(rows.length);
  for (let i = rows.length - 1; i >= 0; i--) {
    const equal = i + 1 < rows.length && values[rows[i]!] === values[rows[i + 1]!];
    shares[i] = equal ? shares[i + 1]! : (i + 1) / rows.length;
  }
  return { rows, shares };
}

// The distribution as a line, thinned to steps that can be seen; `place` maps values to the axis.
export function edfLine(
  values: Float64Array,
  type: ObjectiveType,
  place: (value: number) => number,
): LineData {
  const { rows, shares } = distribution(values, type);
  const line: [number, number][] = [];
  const every = Math.max(1, Math.floor(rows.length / MOST_STEPS));
  let before = 0;
  for (let i = 0; i < rows.length; i++) {
    if (i % every !== 0 && i !== rows.length - 1) continue;
    const x = place(values[rows[i]!]!);
    // A step: straight up at the value.
    line.push([x, before], [x, shares[i]!]);
    before = shares[i]!;
  }
  return line;
}
