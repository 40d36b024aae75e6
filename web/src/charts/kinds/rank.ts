import { countText } from '../../components/number_text';
import type { ChartInput, ChartResult } from '../chart';
import { comparableValues, ranks } from '../data/objective';
import { cellOf, countValues, type Column } from '../data/trial_table';
import { leftMargin, panelOption } from '../draw/axes';
import { colorGroups, goodness } from '../draw/color_bins';
import { pointMarks, type Panel } from '../draw/panel';
import { panelGrid } from '../draw/panel_grid';
import { pointSeries } from '../draw/points';
import { columnScale, extentOf, forwardAll } from '../draw/scale';
import { spread } from '../draw/spread';
import { NO_VALUES } from './history';
import { chosenParameters } from './slice';

export interface RankOptions {
  readonly objective: number;
  // Names of parameters; of none the first four are taken. Every pair of them is a panel.
  readonly parameters: readonly string[];
}

export const MOST_RANKED = 4;

// Pairs of parameters, each trial coloured by its rank: where the good trials lie together.
export function rankChart(input: ChartInput<RankOptions>): ChartResult {
  const { table, width, theme, options } = input;
  const objective = table.objectives[options.objective];
  const values = objective && comparableValues(table, objective);
  if (!objective || !values || !extentOf(values)) return { unavailable: NO_VALUES };
  const parameters = chosenParameters(table.parameters, options.parameters).slice(0, MOST_RANKED);
  if (parameters.length < 2) {
    return { unavailable: 'Ranks are shown over pairs of parameters, and there is only one.' };
  }

  const pairs: [Column, Column][] = parameters.flatMap((a, i) =>
    parameters.slice(i + 1).map((b): [Column, Column] => [a, b]),
  );
  const left = Math.max(...pairs.map(([, b]) => leftMargin(columnScale(b))));
  const { rects, height } = panelGrid(pairs.length, {
    width,
    leastWidth: 290,
    height: 280,
    mostColumns: pairs.length === 1 ? 1 : 3,
    left,
    right: 14,
    top: 12,
    bottom: 50,
  });
  const panels = pairs.map(([a, b], index): Panel => {
    const x = columnScale(a);
    const y = columnScale(b);
    return {
      rect: rects[index]!,
      x,
      y,
      xName: a.name,
      yName: b.name,
      marks: pointMarks(spread(a, forwardAll(x, a.values)), spread(b, forwardAll(y, b.values))),
    };
  });
  const place = goodness(ranks(values, objective.type));
  const option = panelOption(panels, theme);
  panels.forEach((panel, index) => {
    const groups = colorGroups(panel.marks.rows, place, theme, `rank-${index}`);
    option.series.push(...pointSeries(panel, index, groups));
  });
  return {
    height,
    option: { ...option },
    panels,
    legend: [],
    ramp: { low: 'worst', high: 'best', title: `rank by ${objective.metric}` },
    description:
      `${countText(countValues(values))} trials over pairs of the parameters ` +
      `${parameters.map((column) => column.name).join(', ')}, coloured by rank of ${objective.metric}.`,
    data: {
      columns: ['trial', 'rank (1 is the best)', ...parameters.map((column) => column.name)],
      rows: () => {
        const count = countValues(values);
        const sorted = ranks(values, objective.type);
        return Array.from({ length: table.length }, (_, row) => [
          table.numbers[row]!,
          Number.isNaN(sorted[row]) ? null : 1 + sorted[row]! * Math.max(1, count - 1),
          ...parameters.map((column) => cellOf(column, row)),
        ]);
      },
    },
  };
}
