import { countText } from '../../components/number_text';
import type { ChartCell, ChartInput, ChartResult, LegendEntry } from '../chart';
import type { CurveSet } from '../data/experiment_curves';
import { bestRow, comparableValues } from '../data/objective';
import { stateOf } from '../data/trial_table';
import { leftMargin, panelOption } from '../draw/axes';
import { lineSeries, type LineData } from '../draw/lines';
import type { Panel } from '../draw/panel';
import { extentOf, forwardAll, linearScale, valueScale } from '../draw/scale';
import { stateWords } from './history';

export interface CurvesOptions {
  readonly curves: CurveSet | undefined;
  readonly x: 'step' | 'time';
  readonly log: boolean;
}

const HEIGHT = 360;

// A metric over the steps or the time of every trial, coloured by how the trial ended.
export function curvesChart(input: ChartInput<CurvesOptions>): ChartResult {
  const { table, width, theme, options } = input;
  const { curves } = options;
  if (!curves || curves.values.length === 0) {
    return { unavailable: 'No trial has reported this metric yet.' };
  }
  const across = options.x === 'step' ? curves.steps : seconds(curves.times);
  const x = linearScale(extentOf(across), 0.01);
  const y = valueScale([curves.values], options.log);
  const left = leftMargin(y);
  const places = forwardAll(y, curves.values);
  const panel: Panel = {
    rect: { left, top: 14, width: Math.max(80, width - left - 18), height: HEIGHT - 62 },
    x,
    y,
    xName: options.x === 'step' ? 'step' : 'seconds since the start',
    yName: curves.metric,
    marks: { shape: 'lines', rows: rowsOfPoints(curves), x: across, y: places },
  };

  const main = table.objectives[0];
  const best = main ? bestRow(comparableValues(table, main), main.type) : -1;
  const option = panelOption([panel], theme);
  const legend: LegendEntry[] = [];
  const crowded = curves.rows.length > 60;
  for (const state of table.stateNames) {
    const data: LineData = [];
    let count = 0;
    for (let k = 0; k < curves.rows.length; k++) {
      const row = curves.rows[k]!;
      if (row === best || stateOf(table, row) !== state) continue;
      count++;
      appendCurve(data, curves, k, across, places);
    }
    if (count === 0) continue;
    const color = theme.states[state] ?? theme.muted;
    option.series.push(
      lineSeries(0, data, {
        id: state,
        color,
        width: crowded ? 1 : 1.4,
        opacity: crowded ? 0.35 : 0.7,
        layer: state === 'Succeeded' ? 3 : 2,
      }),
    );
    legend.push({ label: stateWords(state), color, shape: 'line' });
  }
  const bestCurve = curves.rows.indexOf(best);
  if (bestCurve >= 0) {
    const data: LineData = [];
    appendCurve(data, curves, bestCurve, across, places);
    option.series.push(
      lineSeries(0, data, { id: 'best', color: theme.best, width: 2.5, layer: 5 }),
    );
    legend.push({ label: `best trial (${table.numbers[best]})`, color: theme.best, shape: 'line' });
  }
  return {
    height: HEIGHT,
    option: { ...option },
    panels: [panel],
    legend,
    description: `${curves.metric} over ${panel.xName} of ${countText(curves.rows.length)} trials.`,
    note:
      curves.rows.length < table.length
        ? `The curves of ${countText(curves.rows.length)} of ${countText(table.length)} trials: ` +
          'the best and the most recent that have reported it.'
        : undefined,
    data: {
      columns: ['trial', 'state', 'points', `last ${panel.xName}`, `last ${curves.metric}`],
      rows: () =>
        Array.from(curves.rows, (row, k): ChartCell[] => {
          const last = curves.starts[k + 1]! - 1;
          const count = last + 1 - curves.starts[k]!;
          return [
            table.numbers[row]!,
            stateOf(table, row),
            count,
            count > 0 ? across[last]! : null,
            count > 0 ? curves.values[last]! : null,
          ];
        }),
    },
  };
}

function appendCurve(
  data: LineData,
  curves: CurveSet,
  k: number,
  x: Float64Array,
  y: Float64Array,
): void {
  if (data.length > 0) data.push(null);
  for (let i = curves.starts[k]!; i < curves.starts[k + 1]!; i++) data.push([x[i]!, y[i]!]);
}

function rowsOfPoints(curves: CurveSet): Int32Array {
  const rows = new Int32Array(curves.values.length);
  for (let k = 0; k < curves.rows.length; k++) {
    rows.fill(curves.rows[k]!, curves.starts[k]!, curves.starts[k + 1]!);
  }
  return rows;
}

function seconds(milliseconds: Float64Array): Float64Array {
  return milliseconds.map((value) => value / 1000);
}
