import type { ChartResult } from '../chart';
import { leftMargin, panelOption } from '../draw/axes';
import type { ChartTheme } from '../draw/chart_theme';
import { lineSeries, type LineData } from '../draw/lines';
import type { Panel } from '../draw/panel';
import { extentOf, forward, forwardAll, linearScale, valueScale } from '../draw/scale';

// A line of a chart that holds several experiments' together.
export interface ComparedLine {
  readonly name: string;
  readonly x: Float64Array;
  readonly y: Float64Array;
}

export interface ComparedInput {
  readonly lines: readonly ComparedLine[];
  readonly width: number;
  readonly theme: ChartTheme;
  readonly xName: string;
  readonly yName: string;
  readonly logX: boolean;
  readonly logY: boolean;
  readonly step: boolean; // a value holds until the next
  readonly described: string; // what is compared, for those who cannot see it
  readonly columns: readonly [string, string, string];
}

const HEIGHT = 380;

// Lines of several experiments in one plot, each in its own colour and dash.
export function comparedChart(input: ComparedInput): ChartResult {
  const { lines, width, theme } = input;
  const xs = lines.map((line) => line.x);
  const ys = lines.map((line) => line.y);
  const extent = extentOf(...xs);
  if (!extent) return { unavailable: 'None of the experiments has a value of its objective yet.' };
  const x = input.logX ? valueScale(xs, true) : linearScale(extent, 0.02);
  const y = valueScale(ys, input.logY);
  const left = leftMargin(y);
  const panel: Panel = {
    rect: { left, top: 14, width: Math.max(80, width - left - 18), height: HEIGHT - 62 },
    x,
    y,
    xName: input.xName,
    yName: input.yName,
    marks: {
      shape: 'lines',
      rows: Int32Array.from(lines.flatMap((line, index) => Array.from(line.x, () => index))),
      x: forwardAll(x, Float64Array.from(xs.flatMap((values) => [...values]))),
      y: forwardAll(y, Float64Array.from(ys.flatMap((values) => [...values]))),
    },
  };
  const option = panelOption([panel], theme);
  lines.forEach((line, index) => {
    const data: LineData = Array.from(line.x, (value, k) => [
      forward(x, value),
      forward(y, line.y[k]!),
    ]);
    option.series.push(
      lineSeries(0, data, {
        id: line.name,
        color: lineColor(theme, index),
        width: 2.2,
        dash: isDashed(theme, index) ? 'dashed' : 'solid',
        step: input.step,
        layer: 3,
      }),
    );
  });
  return {
    height: HEIGHT,
    option: { ...option },
    panels: [panel],
    legend: lines.map((line, index) => ({
      label: line.name,
      color: lineColor(theme, index),
      shape: isDashed(theme, index) ? 'dash' : 'line',
    })),
    description: `${input.described} of ${lines.map((line) => line.name).join(', ')}.`,
    data: {
      columns: input.columns,
      rows: () =>
        lines.flatMap((line) =>
          Array.from(line.x, (value, k): [string, number, number] => [
            line.name,
            value,
            line.y[k]!,
          ]),
        ),
    },
  };
}

export function lineColor(theme: ChartTheme, index: number): string {
  return theme.series[index % theme.series.length]!;
}

// Once the colours begin anew.
function isDashed(theme: ChartTheme, index: number): boolean {
  return index >= theme.series.length;
}
