import { countText } from '../../components/number_text';
import type { ChartCell, ChartInput, ChartResult, LegendEntry } from '../chart';
import { bestRow, comparableValues, incumbentRows, shownValues } from '../data/objective';
import { stateOf, type TrialTable } from '../data/trial_table';
import { leftMargin, panelOption } from '../draw/axes';
import { formatNumber } from '../draw/format_number';
import { lineSeries, type LineData } from '../draw/lines';
import { pointMarks, type Panel } from '../draw/panel';
import { marksWhere, pointSeries, type PointGroup } from '../draw/points';
import { extentOf, forwardAll, linearScale, timeScale, valueScale } from '../draw/scale';

export interface HistoryOptions {
  readonly objective: number;
  readonly x: 'number' | 'completed';
  readonly log: boolean;
}

const HEIGHT = 340;

export const NO_VALUES =
  'No trial has a value of the objective yet. The chart appears as soon as one has.';

// Every trial's objective in the order of trials, with the line of the best so far.
export function historyChart(input: ChartInput<HistoryOptions>): ChartResult {
  const { table, width, theme, options } = input;
  const objective = table.objectives[options.objective];
  if (!objective || !extentOf(shownValues(table, objective))) {
    return { unavailable: NO_VALUES };
  }
  const values = shownValues(table, objective);
  const x = options.x === 'number' ? Float64Array.from(table.numbers) : table.completed;
  const xScale = options.x === 'number' ? linearScale(extentOf(x)) : timeScale(extentOf(x));
  const yScale = valueScale([values], options.log);
  const y = forwardAll(yScale, values);
  const left = leftMargin(yScale);
  const panel: Panel = {
    rect: { left, top: 14, width: Math.max(80, width - left - 18), height: HEIGHT - 14 - 48 },
    x: xScale,
    y: yScale,
    xName: options.x === 'number' ? 'trial' : 'completed',
    yName: objective.metric,
    marks: pointMarks(x, y),
  };

  const comparable = comparableValues(table, objective);
  const groups = stateGroups(table, theme.states, theme.muted);
  const option = panelOption([panel], theme);
  option.series.push(...pointSeries(panel, 0, groups));

  const order = options.x === 'number' ? null : rowsByTime(table.completed);
  const ordered = order ? Float64Array.from(order, (row) => comparable[row]!) : comparable;
  const steps = incumbentRows(ordered, objective.type).map((index) => order?.[index] ?? index);
  const line: LineData = steps.map((row) => [x[row]!, y[row]!]);
  if (steps.length > 0) {
    const extent = extentOf(x)!;
    line.push([extent[1], y[steps.at(-1)!]!]);
    option.series.push(
      lineSeries(0, line, { id: 'incumbent', color: theme.best, width: 2, step: true, layer: 4 }),
    );
  }
  const best = bestRow(comparable, objective.type);
  if (best >= 0) {
    option.series.push(
      ...pointSeries(panel, 0, [
        {
          id: 'best',
          marks: Int32Array.of(best),
          color: theme.best,
          symbol: STAR,
          size: 16,
          opacity: 1,
        },
      ]).map((series) => ({ ...series, z: 6 })),
    );
  }

  return {
    height: HEIGHT,
    option: { ...option },
    panels: [panel],
    legend: legendOf(drawnGroups(groups, panel), theme.best, best >= 0),
    description: describe(table, best, objective.metric, values),
    data: {
      columns: ['trial', 'state', objective.metric, 'best so far'],
      rows: () => dataRows(table, values, steps),
    },
  };
}

const STAR = 'path://M50 5 L61 38 L96 38 L68 59 L79 93 L50 72 L21 93 L32 59 L4 38 L39 38 Z';

// Points by state: ended ones filled, early-stopped ones as rings, infeasible ones grey.
function stateGroups(
  table: TrialTable,
  colors: Readonly<Record<string, string>>,
  infeasible: string,
): PointGroup[] {
  const groups: PointGroup[] = [
    {
      id: 'infeasible',
      marks: marksWhere(table.length, (row) => table.feasible[row] === 0),
      color: infeasible,
      symbol: 'diamond',
    },
  ];
  // The successful ones lie on top of those that were given up.
  const states = table.stateNames.map((state, index) => ({ state, index }));
  states.sort((a, b) => Number(a.state === 'Succeeded') - Number(b.state === 'Succeeded'));
  states.forEach(({ state, index }) => {
    groups.push({
      id: state,
      marks: marksWhere(
        table.length,
        (row) => table.states[row] === index && table.feasible[row] !== 0,
      ),
      color: colors[state] ?? infeasible,
      hollow: state === 'EarlyStopped',
    });
  });
  return groups;
}

const STATE_WORDS: Record<string, string> = {
  EarlyStopped: 'stopped early',
  MetricsUnavailable: 'without metrics',
};

export function stateWords(state: string): string {
  return STATE_WORDS[state] ?? state.toLowerCase();
}

// Failed trials have no value, and so no mark to explain.
function drawnGroups(groups: readonly PointGroup[], { marks }: Panel): PointGroup[] {
  return groups.filter((group) => group.marks.some((mark) => !Number.isNaN(marks.y[mark])));
}

function legendOf(groups: readonly PointGroup[], best: string, hasBest: boolean): LegendEntry[] {
  const entries = groups.map((group): LegendEntry => ({
    label: stateWords(group.id),
    color: group.color,
    shape: group.hollow ? 'ring' : 'dot',
  }));
  if (hasBest) entries.push({ label: 'best so far', color: best, shape: 'line' });
  return entries;
}

function rowsByTime(times: Float64Array): number[] {
  const rows: number[] = [];
  for (let row = 0; row < times.length; row++) if (!Number.isNaN(times[row])) rows.push(row);
  return rows.sort((a, b) => times[a]! - times[b]!);
}

function describe(table: TrialTable, best: number, metric: string, values: Float64Array): string {
  const count = `${countText(table.length)} trials`;
  if (best < 0) return `Optimisation history of ${count}; none is feasible with a value yet.`;
  return (
    `Optimisation history of ${count}: the best ${metric} is ${formatNumber(values[best]!)}, ` +
    `of trial ${table.numbers[best]}.`
  );
}

function dataRows(
  table: TrialTable,
  values: Float64Array,
  steps: readonly number[],
): ChartCell[][] {
  const better = new Map(steps.map((row) => [row, values[row]!]));
  let best: number | null = null;
  return Array.from({ length: table.length }, (_, row) => {
    best = better.get(row) ?? best;
    const value = values[row]!;
    return [table.numbers[row]!, stateOf(table, row), Number.isNaN(value) ? null : value, best];
  });
}
