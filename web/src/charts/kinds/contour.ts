import { countText } from '../../components/number_text';
import type { ChartInput, ChartResult } from '../chart';
import { comparableValues } from '../data/objective';
import { cellOf, countValues } from '../data/trial_table';
import { leftMargin, panelOption } from '../draw/axes';
import { mix, rampColor, type ChartTheme } from '../draw/chart_theme';
import { formatNumber } from '../draw/format_number';
import { lineSeries, type LineData } from '../draw/lines';
import { pointMarks, type Panel } from '../draw/panel';
import { allRows } from '../draw/panel';
import { pointSeries } from '../draw/points';
import { columnScale, extentOf, forwardAll, valueScale, type Scale } from '../draw/scale';
import { spread } from '../draw/spread';
import { estimateSurface, levelLines, type Surface } from '../draw/surface';
import { NO_VALUES } from './history';

export interface ContourOptions {
  readonly objective: number;
  readonly parameters: readonly [string, string];
  readonly log: boolean;
}

const HEIGHT = 420;
const NODES = 56;
const LEVELS = 9;

// The objective over two parameters, estimated between the trials.
export function contourChart(input: ChartInput<ContourOptions>): ChartResult {
  const { table, width, theme, options } = input;
  const objective = table.objectives[options.objective];
  const values = objective && comparableValues(table, objective);
  if (!objective || !values || !extentOf(values)) return { unavailable: NO_VALUES };
  if (table.parameters.length < 2) {
    return { unavailable: 'A contour needs two parameters, and there is only one.' };
  }
  const [a, b] = options.parameters.map((name, index) => {
    return table.parameters.find((column) => column.name === name) ?? table.parameters[index]!;
  }) as [(typeof table.parameters)[0], (typeof table.parameters)[0]];

  const x = columnScale(a);
  const y = columnScale(b);
  const left = leftMargin(y);
  const panel: Panel = {
    rect: { left, top: 14, width: Math.max(80, width - left - 18), height: HEIGHT - 62 },
    x,
    y,
    xName: a.name,
    yName: b.name,
    marks: pointMarks(spread(a, forwardAll(x, a.values)), spread(b, forwardAll(y, b.values))),
  };
  const scale = valueScale([values], options.log);
  const surface = estimateSurface(
    units(x, forwardAll(x, a.values)),
    units(y, forwardAll(y, b.values)),
    forwardAll(scale, values),
    NODES,
  );
  const [low, high] = extentOf(surface.values) ?? [0, 1];
  const better = objective.type === 'maximize';
  const place = (value: number) => {
    const unit = high > low ? (value - low) / (high - low) : 0.5;
    return better ? unit : 1 - unit;
  };

  const option = panelOption([panel], theme);
  option.series.push(
    surfaceSeries(surface, panel, theme, place),
    ...contourLines(surface, low, high, panel, theme, place),
    ...pointSeries(panel, 0, [
      {
        id: 'trials',
        marks: allRows(table.length),
        color: theme.name === 'light' ? '#0b1220' : '#ffffff',
        size: table.length > 2000 ? 2 : 4,
        opacity: table.length > 2000 ? 0.35 : 0.6,
      },
    ]).map((series) => ({ ...series, z: 5 })),
  );
  const backward = (value: number) => formatNumber(scale.kind === 'log' ? 10 ** value : value, 3);
  return {
    height: HEIGHT,
    option: { ...option },
    panels: [panel],
    legend: [],
    ramp: {
      low: backward(better ? low : high),
      high: backward(better ? high : low),
      title: objective.metric,
    },
    description:
      `${objective.metric} over ${a.name} and ${b.name}, estimated from ` +
      `${countText(countValues(values))} trials: from ${backward(low)} to ${backward(high)}.`,
    data: {
      columns: ['trial', a.name, b.name, objective.metric],
      rows: () =>
        Array.from({ length: table.length }, (_, row) => [
          table.numbers[row]!,
          cellOf(a, row),
          cellOf(b, row),
          Number.isNaN(values[row]) ? null : values[row]!,
        ]),
    },
  };
}

function units(scale: Scale, places: Float64Array): Float64Array {
  return places.map((place) => (place - scale.low) / (scale.high - scale.low));
}

function surfaceSeries(
  surface: Surface,
  panel: Panel,
  theme: ChartTheme,
  place: (value: number) => number,
): object {
  const cells: [number, number, number][] = [];
  surface.values.forEach((value, node) => {
    if (Number.isNaN(value)) return;
    cells.push([node % surface.columns, Math.floor(node / surface.columns), place(value)]);
  });
  const { rect } = panel;
  const width = rect.width / surface.columns;
  const height = rect.height / surface.lines;
  return {
    id: 'surface',
    type: 'custom',
    xAxisIndex: 0,
    yAxisIndex: 0,
    silent: true,
    progressive: 0,
    z: 1,
    // Cells count nodes, not places on the axes.
    encode: { x: -1, y: -1 },
    data: cells,
    renderItem: (_: unknown, api: { value(dimension: number): number }) => ({
      type: 'rect',
      shape: {
        x: rect.left + api.value(0) * width,
        y: rect.top + rect.height - (api.value(1) + 1) * height,
        // Overlapping a little leaves no seams.
        width: width + 0.7,
        height: height + 0.7,
      },
      style: { fill: mix(rampColor(theme, api.value(2)), theme.background, 0.25) },
    }),
  };
}

function contourLines(
  surface: Surface,
  low: number,
  high: number,
  panel: Panel,
  theme: ChartTheme,
  place: (value: number) => number,
): object[] {
  if (!(high > low)) return [];
  const across = (column: number) =>
    panel.x.low + ((column + 0.5) / surface.columns) * (panel.x.high - panel.x.low);
  const up = (line: number) =>
    panel.y.low + ((line + 0.5) / surface.lines) * (panel.y.high - panel.y.low);
  return Array.from({ length: LEVELS }, (_, index) => {
    const level = low + ((index + 0.5) / LEVELS) * (high - low);
    const data: LineData = [];
    for (const [x0, y0, x1, y1] of levelLines(surface, level)) {
      data.push([across(x0), up(y0)], [across(x1), up(y1)], null);
    }
    const color = mix(rampColor(theme, place(level)), theme.text, 0.35);
    return lineSeries(0, data, { id: `level-${index}`, color, width: 1, opacity: 0.7, layer: 3 });
  });
}
