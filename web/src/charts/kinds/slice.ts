import { countText } from '../../components/number_text';
import type { ChartInput, ChartResult } from '../chart';
import { shownValues } from '../data/objective';
import { cellOf, countValues, type Column } from '../data/trial_table';
import { leftMargin, panelOption } from '../draw/axes';
import { colorGroups } from '../draw/color_bins';
import { allRows, pointMarks, type Panel } from '../draw/panel';
import { panelGrid } from '../draw/panel_grid';
import { pointSeries } from '../draw/points';
import { columnScale, extentOf, forwardAll, valueScale } from '../draw/scale';
import { spread } from '../draw/spread';
import { NO_VALUES } from './history';

export interface SliceOptions {
  readonly objective: number;
  // Names of parameters; empty shows all.
  readonly parameters: readonly string[];
  readonly log: boolean;
}

// The objective against each parameter by itself, coloured by when a trial was made.
export function sliceChart(input: ChartInput<SliceOptions>): ChartResult {
  const { table, width, theme, options } = input;
  const objective = table.objectives[options.objective];
  const values = objective && shownValues(table, objective);
  if (!objective || !values || !extentOf(values)) return { unavailable: NO_VALUES };
  const parameters = chosenParameters(table.parameters, options.parameters);
  if (parameters.length === 0) return { unavailable: 'The experiment has no parameters to show.' };

  const yScale = valueScale([values], options.log);
  const y = forwardAll(yScale, values);
  const left = leftMargin(yScale);
  const { rects, height } = panelGrid(parameters.length, {
    width,
    leastWidth: 260,
    height: 250,
    mostColumns: 4,
    left,
    right: 14,
    top: 12,
    bottom: 50,
  });
  const panels = parameters.map((column, index): Panel => {
    const x = columnScale(column);
    return {
      rect: rects[index]!,
      x,
      y: yScale,
      xName: column.name,
      yName: objective.metric,
      marks: pointMarks(spread(column, forwardAll(x, column.values)), y),
    };
  });
  const age = Float64Array.from(
    allRows(table.length),
    (row) => row / Math.max(1, table.length - 1),
  );
  const option = panelOption(panels, theme);
  panels.forEach((panel, index) => {
    const groups = colorGroups(panel.marks.rows, age, theme, `slice-${index}`);
    option.series.push(...pointSeries(panel, index, groups));
  });
  return {
    height,
    option: { ...option },
    panels,
    legend: [],
    ramp: { low: 'first trial', high: 'last', title: '' },
    description:
      `${objective.metric} of ${countText(countValues(values))} trials against each of ` +
      `${parameters.length} parameters: ${parameters.map((column) => column.name).join(', ')}.`,
    data: {
      columns: ['trial', objective.metric, ...parameters.map((column) => column.name)],
      rows: () =>
        Array.from({ length: table.length }, (_, row) => [
          table.numbers[row]!,
          Number.isNaN(values[row]) ? null : values[row]!,
          ...parameters.map((column) => cellOf(column, row)),
        ]),
    },
  };
}

// The named columns in the order named; all when none is named or none is there.
export function chosenParameters(
  columns: readonly Column[],
  names: readonly string[],
): readonly Column[] {
  const chosen = names
    .map((name) => columns.find((column) => column.name === name))
    .filter((column) => column !== undefined);
  return chosen.length > 0 ? chosen : columns;
}
