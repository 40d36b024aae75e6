import { countText } from '../../components/number_text';
import type { ChartInput, ChartResult } from '../chart';
import { bestRow, comparableValues, ranks, shownValues } from '../data/objective';
import { cellOf, type Column, type TrialTable } from '../data/trial_table';
import { CHART_FONT, rampColor } from '../draw/chart_theme';
import { NO_MARKS, type Panel } from '../draw/panel';
import {
  columnScale,
  extentOf,
  forwardAll,
  labelOf,
  ticksOf,
  valueScale,
  type Scale,
} from '../draw/scale';
import { spread } from '../draw/spread';
import { thinRows } from '../draw/thin';
import { shortened } from '../draw/axes';
import { NO_VALUES } from './history';
import { chosenParameters } from './slice';

export interface ParallelOptions {
  readonly objective: number;
  readonly parameters: readonly string[];
  readonly log: boolean; // of the objective's axis
}

// More lines than this hide each other, and are slow to draw again.
const MOST_LINES = 1000;
const HEIGHT = 380;
const LEAST_BETWEEN_AXES = 90;

// A line through every parameter and the objective for each trial, the better the stronger. Panel i
// is axis i: its marks are where every trial crosses it, so that brushing an axis knows all trials
// and not only those drawn.
export function parallelChart(input: ChartInput<ParallelOptions>): ChartResult {
  const { table, width, theme, options } = input;
  const objective = table.objectives[options.objective];
  const values = objective && shownValues(table, objective);
  if (!objective || !values || !extentOf(values)) return { unavailable: NO_VALUES };
  const parameters = chosenParameters(table.parameters, options.parameters);
  const axes: Axis[] = [
    ...parameters.map((column) => parameterAxis(column)),
    objectiveAxis(objective.metric, values, valueScale([values], options.log)),
  ];

  const whole = Math.max(width, (axes.length - 1) * LEAST_BETWEEN_AXES + 150);
  const area = { left: 76, top: 40, width: whole - 76 - 76, height: HEIGHT - 40 - 24 };
  const between = area.width / Math.max(1, axes.length - 1);
  const panels = axes.map((axis, index): Panel => {
    const center = area.left + index * between;
    return {
      rect: { left: center - 14, top: area.top, width: 28, height: area.height },
      x: { kind: 'linear', low: -0.5, high: 0.5, categories: [] },
      y: axis.scale,
      xName: '',
      yName: axis.name,
      marks: {
        ...NO_MARKS,
        rows: Int32Array.from({ length: table.length }, (_, row) => row),
        x: new Float64Array(table.length),
        y: axis.places,
      },
    };
  });

  const comparable = comparableValues(table, objective);
  const rank = ranks(comparable, objective.type);
  const drawn = linesToDraw(table, axes, rank, bestRow(comparable, objective.type));
  return {
    height: HEIGHT,
    width: whole,
    option: {
      backgroundColor: theme.background,
      animation: false,
      textStyle: { fontFamily: CHART_FONT, color: theme.text },
      parallel: { ...area, layout: 'horizontal', parallelAxisDefault: {} },
      parallelAxis: axes.map((axis, dim) => ({
        dim,
        type: 'value',
        min: axis.scale.low,
        max: axis.scale.high,
        name: shortened(axis.name, Math.max(10, Math.floor(between / 7))),
        nameGap: 18,
        nameTextStyle: { color: theme.text, fontSize: 12, fontWeight: 500 },
        axisLine: { lineStyle: { color: theme.line, width: 1.5 } },
        axisTick: { customValues: ticksOf(axis.scale, 6), lineStyle: { color: theme.line } },
        axisLabel: {
          customValues: ticksOf(axis.scale, 6),
          color: theme.muted,
          fontSize: 11,
          formatter: (value: number) => shortened(labelOf(axis.scale, value), 14),
          textBorderColor: theme.background,
          textBorderWidth: 3,
        },
        areaSelectStyle: { width: 0 },
      })),
      series: [
        {
          id: 'trials',
          type: 'parallel',
          silent: true,
          progressive: 0,
          smooth: false,
          lineStyle: { width: 1, opacity: lineOpacity(drawn.length) },
          data: Array.from(drawn, (row) => ({
            value: axes.map((axis) => axis.places[row]!),
            lineStyle: {
              color: Number.isNaN(rank[row]) ? theme.muted : rampColor(theme, 1 - rank[row]!),
              width: rank[row] === 0 ? 2.5 : 1,
              opacity: rank[row] === 0 ? 1 : lineOpacity(drawn.length),
            },
          })),
        },
      ],
    },
    panels,
    acrossPanels: true,
    legend: [],
    ramp: { low: 'worst', high: 'best', title: `rank by ${objective.metric}` },
    description:
      `Parallel coordinates of ${countText(table.length)} trials over ` +
      `${axes.map((axis) => axis.name).join(', ')}. Drag along an axis to select trials.`,
    note:
      drawn.length < table.length
        ? `${countText(drawn.length)} of ${countText(table.length)} lines are drawn, among them ` +
          'the best and the extremes of every axis; brushing selects among all.'
        : undefined,
    data: {
      columns: ['trial', ...axes.map((axis) => axis.name)],
      rows: () =>
        Array.from({ length: table.length }, (_, row) => [
          table.numbers[row]!,
          ...parameters.map((column) => cellOf(column, row)),
          Number.isNaN(values[row]) ? null : values[row]!,
        ]),
    },
  };
}

interface Axis {
  readonly name: string;
  readonly scale: Scale;
  readonly places: Float64Array;
}

function parameterAxis(column: Column): Axis {
  const scale = columnScale(column);
  return { name: column.name, scale, places: spread(column, forwardAll(scale, column.values)) };
}

function objectiveAxis(name: string, values: Float64Array, scale: Scale): Axis {
  return { name, scale, places: forwardAll(scale, values) };
}

function lineOpacity(count: number): number {
  return count > 500 ? 0.35 : count > 100 ? 0.5 : 0.75;
}

// The rows to draw, the best last so that it lies on top.
function linesToDraw(
  table: TrialTable,
  axes: readonly Axis[],
  rank: Float64Array,
  best: number,
): Int32Array {
  const places = axes.map((axis) => axis.places);
  const always = best < 0 ? [] : [best];
  // A rank that is not known counts as worse than the worst.
  const key = (row: number) => (Number.isNaN(rank[row]) ? 2 : rank[row]!);
  return thinRows(table.length, places, always, MOST_LINES).sort((a, b) => key(b) - key(a));
}
