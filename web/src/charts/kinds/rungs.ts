import { countText } from '../../components/number_text';
import type { ChartCell, ChartInput, ChartResult } from '../chart';
import { bestRow, comparableValues, shownValues } from '../data/objective';
import { rungsOf, type Rung } from '../data/rungs';
import { rowsInStates, type TrialTable } from '../data/trial_table';
import { leftMargin, panelOption } from '../draw/axes';
import type { ChartTheme } from '../draw/chart_theme';
import { pointMarks, type Panel } from '../draw/panel';
import { panelGrid } from '../draw/panel_grid';
import { marksWhere, pointSeries } from '../draw/points';
import { categoryScale, extentOf, forwardAll, linearScale, valueScale } from '../draw/scale';
import { jitter } from '../draw/spread';
import { NO_VALUES } from './history';

export interface RungsOptions {
  readonly log: boolean;
}

// What became of the trials at each rung: who went on to the next and who did not. Without rungs,
// how long trials ran before they were stopped.
export function rungsChart(input: ChartInput<RungsOptions>): ChartResult {
  const objective = input.table.objectives[0];
  const values = objective && shownValues(input.table, objective);
  if (!objective || !values || !extentOf(values)) return { unavailable: NO_VALUES };
  const rungs = rungsOf(input.table);
  if (rungs.length > 0) return byRung(input, rungs, values);
  if (rowsInStates(input.table, ['EarlyStopped']).includes(1)) return byDuration(input, values);
  return {
    unavailable:
      'No trial was stopped early. The view shows rungs for hyperband and its kin, and stopped ' +
      'trials for experiments with early stopping.',
  };
}

function byRung(
  input: ChartInput<RungsOptions>,
  rungs: readonly Rung[],
  values: Float64Array,
): ChartResult {
  const { table, width, theme, options } = input;
  const objective = table.objectives[0]!;
  const brackets = [...new Set(rungs.map((rung) => rung.bracket))];
  const y = valueScale([values], options.log);
  const places = forwardAll(y, values);
  const left = leftMargin(y);
  const { rects, height } = panelGrid(brackets.length, {
    width,
    leastWidth: 340,
    height: 300,
    mostColumns: 3,
    left,
    right: 14,
    top: 14,
    bottom: 50,
  });
  const promoted = new Set(rungs.flatMap((rung) => rung.promoted));
  const panels = brackets.map((bracket, index): Panel => {
    const own = rungs.filter((rung) => rung.bracket === bracket);
    const x = new Float64Array(table.length).fill(NaN);
    own.forEach((rung, position) => {
      for (const row of rung.rows) x[row] = position + jitter(row) * 0.6;
    });
    return {
      rect: rects[index]!,
      x: categoryScale(own.map((rung) => rung.resource || `rung ${rung.rung}`)),
      y,
      xName: brackets.length > 1 ? `bracket ${bracket}` : 'rung',
      yName: objective.metric,
      marks: pointMarks(x, places),
    };
  });
  const option = panelOption(panels, theme);
  const best = bestRow(comparableValues(table, objective), objective.type);
  panels.forEach((panel, index) => {
    const own = rungs.filter((rung) => rung.bracket === brackets[index]);
    const last = own.at(-1)!.rung;
    const onTop = new Set(own.filter((rung) => rung.rung === last).flatMap((rung) => rung.rows));
    const inPanel = (row: number) => !Number.isNaN(panel.marks.x[row]);
    option.series.push(
      ...pointSeries(panel, index, [
        {
          id: `ended-${index}`,
          marks: marksWhere(
            table.length,
            (row) => inPanel(row) && !promoted.has(row) && !onTop.has(row),
          ),
          color: theme.states['EarlyStopped']!,
          hollow: true,
        },
        {
          id: `promoted-${index}`,
          marks: marksWhere(
            table.length,
            (row) => inPanel(row) && (promoted.has(row) || onTop.has(row)),
          ),
          color: theme.accent,
        },
        {
          id: `best-${index}`,
          marks: marksWhere(table.length, (row) => row === best && inPanel(row)),
          color: theme.best,
          size: 11,
          opacity: 1,
        },
      ]),
    );
  });
  return {
    height,
    option: { ...option },
    panels,
    legend: [
      { label: 'went on, or reached the top', color: theme.accent, shape: 'dot' },
      { label: 'went no further', color: theme.states['EarlyStopped']!, shape: 'ring' },
      { label: 'best', color: theme.best, shape: 'dot' },
    ],
    description: `${countText(table.length)} trials at ${rungs.length} rungs: ${rungs
      .map((rung) => `${rungName(rung)} ${rung.rows.length}, ${rung.promoted.length} went on`)
      .join('; ')}.`,
    note: promotionText(rungs),
    data: {
      columns: ['bracket', 'rung', 'resource', 'trials', 'went on', `best ${objective.metric}`],
      rows: () =>
        rungs.map((rung): ChartCell[] => {
          const own = Float64Array.from(rung.rows, (row) => values[row]!);
          const at = bestRow(own, objective.type);
          return [
            rung.bracket,
            rung.rung,
            rung.resource,
            rung.rows.length,
            rung.promoted.length,
            at < 0 ? null : own[at]!,
          ];
        }),
    },
  };
}

// "Went on from each rung: bracket 0: 9 of 27, 3 of 9; bracket 1: 3 of 9".
function promotionText(rungs: readonly Rung[]): string {
  const brackets = [...new Set(rungs.map((rung) => rung.bracket))];
  const parts = brackets.map((bracket) => {
    const below = rungs.filter((rung) => rung.bracket === bracket).slice(0, -1);
    const counts = below.map((rung) => `${rung.promoted.length} of ${rung.rows.length}`).join(', ');
    return brackets.length > 1 ? `bracket ${bracket}: ${counts || 'one rung'}` : counts;
  });
  return `Went on from each rung to the next: ${parts.join('; ')}.`;
}

function rungName(rung: Rung): string {
  return `${rung.bracket}/${rung.rung}`;
}

function byDuration(input: ChartInput<RungsOptions>, values: Float64Array): ChartResult {
  const { table, width, theme, options } = input;
  const objective = table.objectives[0]!;
  const seconds = durations(table);
  const x = linearScale(extentOf(seconds));
  const y = valueScale([values], options.log);
  const left = leftMargin(y);
  const panel: Panel = {
    rect: { left, top: 14, width: Math.max(80, width - left - 18), height: 340 - 62 },
    x,
    y,
    xName: 'seconds that the trial ran',
    yName: objective.metric,
    marks: pointMarks(seconds, forwardAll(y, values)),
  };
  const stopped = rowsInStates(table, ['EarlyStopped']);
  const option = panelOption([panel], theme);
  option.series.push(...pointSeries(panel, 0, endGroups(table, stopped, theme)));
  const count = stopped.reduce((sum, one) => sum + one, 0);
  return {
    height: 340,
    option: { ...option },
    panels: [panel],
    legend: [
      { label: 'ran to the end', color: theme.accent, shape: 'dot' },
      { label: 'stopped early', color: theme.states['EarlyStopped']!, shape: 'ring' },
    ],
    description:
      `${countText(count)} of ${countText(table.length)} trials were stopped early; ` +
      `${objective.metric} against how long each ran.`,
    data: {
      columns: ['trial', 'stopped early', 'seconds', objective.metric],
      rows: () =>
        Array.from({ length: table.length }, (_, row): ChartCell[] => [
          table.numbers[row]!,
          stopped[row] === 1 ? 'yes' : 'no',
          Number.isNaN(seconds[row]) ? null : seconds[row]!,
          Number.isNaN(values[row]) ? null : values[row]!,
        ]),
    },
  };
}

function endGroups(table: TrialTable, stopped: Uint8Array, theme: ChartTheme) {
  return [
    {
      id: 'whole',
      marks: marksWhere(table.length, (row) => stopped[row] === 0),
      color: theme.accent,
    },
    {
      id: 'stopped',
      marks: marksWhere(table.length, (row) => stopped[row] === 1),
      color: theme.states['EarlyStopped']!,
      hollow: true,
    },
  ];
}

function durations(table: TrialTable): Float64Array {
  return table.completed.map((completed, row) => (completed - table.started[row]!) / 1000);
}
