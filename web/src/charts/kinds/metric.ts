import type { ChartResult } from '../chart';
import { leftMargin, panelOption } from '../draw/axes';
import type { ChartTheme } from '../draw/chart_theme';
import { formatNumber } from '../draw/format_number';
import { lineSeries, type LineData } from '../draw/lines';
import type { Panel } from '../draw/panel';
import { extentOf, forwardAll, linearScale, timeScale, valueScale } from '../draw/scale';
import { smoothed } from '../draw/smooth';
import { countText } from '../../components/number_text';

// One metric of one trial; of many points those that the server chose to stand for all.
export interface MetricCurve {
  readonly metric: string;
  readonly total: number; // of points that were reported
  readonly steps: Float64Array; // -1 where none was given
  readonly times: Float64Array; // Unix milliseconds
  readonly values: Float64Array;
}

export interface MetricInput {
  readonly curve: MetricCurve;
  readonly width: number;
  readonly theme: ChartTheme;
  readonly x: 'step' | 'time';
  readonly log: boolean;
  readonly smoothing: number; // from 0 (none) to less than 1
}

const HEIGHT = 240;

export function metricChart({
  curve,
  width,
  theme,
  x: across,
  log,
  smoothing,
}: MetricInput): ChartResult {
  if (!extentOf(curve.values)) {
    return { unavailable: 'The metric has no number yet.' };
  }
  const steps = metricSteps(curve);
  const xs = across === 'time' ? curve.times : steps;
  const x = across === 'time' ? timeScale(extentOf(xs)) : linearScale(extentOf(xs), 0.01);
  const y = valueScale([curve.values], log);
  const left = leftMargin(y);
  const places = forwardAll(y, curve.values);
  const panel: Panel = {
    rect: { left, top: 12, width: Math.max(60, width - left - 14), height: HEIGHT - 58 },
    x,
    y,
    xName: across,
    yName: '',
    marks: { shape: 'lines', rows: new Int32Array(xs.length), x: xs, y: places },
  };
  const option = panelOption([panel], theme);
  const line = (values: Float64Array): LineData =>
    Array.from(values, (value, index) => [xs[index]!, value]);
  const single = curve.values.length === 1;
  const raw = lineSeries(0, line(places), {
    id: 'values',
    color: theme.series[0]!,
    width: smoothing > 0 ? 1 : 1.8,
    opacity: smoothing > 0 ? 0.3 : 1,
  });
  option.series.push(single ? { ...raw, showSymbol: true, symbolSize: 7 } : raw);
  if (smoothing > 0) {
    option.series.push(
      lineSeries(0, line(forwardAll(y, smoothed(curve.values, smoothing))), {
        id: 'smoothed',
        color: theme.series[0]!,
        width: 2.2,
        layer: 4,
      }),
    );
  }
  const last = curve.values.length - 1;
  return {
    height: HEIGHT,
    option: { ...option },
    panels: [panel],
    legend: [],
    description:
      `${curve.metric}, ${countText(curve.total)} points; the last is ` +
      `${formatNumber(curve.values[last]!)}.`,
    note:
      curve.total > curve.values.length
        ? `${countText(curve.values.length)} of ${countText(curve.total)} points are drawn; every ` +
          'peak and every dip is among them.'
        : undefined,
    data: {
      columns: ['step', 'time', curve.metric],
      rows: () =>
        Array.from(curve.values, (value, index) => [
          steps[index]!,
          new Date(curve.times[index]!).toISOString(),
          Number.isNaN(value) ? null : value,
        ]),
    },
  };
}

// A trial that gave no steps is drawn by the order of its points.
export function metricSteps(curve: MetricCurve): Float64Array {
  return curve.steps.map((step, index) => (step >= 0 ? step : index));
}
