import type { EChartsCoreOption } from 'echarts/core';
import type { ChartModel } from '../chart';
import { mix, type ChartTheme } from '../draw/chart_theme';
import { pixelX, pixelY, type Panel } from '../draw/panel';
import { packedColor } from './pixels';

// Thousands of points are drawn by setting pixels, under the chart, which is then transparent: it
// takes a few milliseconds where ECharts takes a few hundred. Its own series of them are for
// pictures that are saved.
export interface LargeSeries {
  readonly data: Float64Array; // x and y in turn, places on the axes
  readonly xAxisIndex: number; // the panel
  readonly symbolSize: number;
  readonly itemStyle: {
    readonly color: string;
    readonly borderColor?: string;
    readonly opacity: number;
  };
}

interface Axis {
  readonly splitLine?: { readonly customValues?: readonly number[] };
}

export interface SplitOption {
  readonly option: EChartsCoreOption; // what is left for ECharts
  readonly large: readonly LargeSeries[];
}

export function splitLargeSeries(option: EChartsCoreOption): SplitOption {
  const series = option.series as (LargeSeries & { large?: boolean })[];
  const large = series.filter((one) => one.large);
  if (large.length === 0) return { option, large };
  const withoutLines = (axes: unknown) =>
    (axes as Axis[]).map((axis) => ({ ...axis, splitLine: { show: false } }));
  return {
    large,
    option: {
      ...option,
      backgroundColor: 'transparent',
      xAxis: withoutLines(option.xAxis),
      yAxis: withoutLines(option.yAxis),
      series: series.filter((one) => !one.large),
    },
  };
}

export interface Underlay {
  readonly model: ChartModel;
  readonly large: readonly LargeSeries[];
  readonly theme: ChartTheme;
  readonly width: number;
  readonly zoom: number;
}

export function paintUnderlay(canvas: HTMLCanvasElement, underlay: Underlay): void {
  const { model, large, theme, width, zoom } = underlay;
  const ratio = (window.devicePixelRatio || 1) * zoom;
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(model.height * ratio);
  const context = canvas.getContext('2d');
  if (!context) return;
  context.fillStyle = theme.background;
  context.fillRect(0, 0, canvas.width, canvas.height);
  model.panels.forEach((panel, index) => {
    const own = large.filter((series) => series.xAxisIndex === index);
    if (own.length > 0) paintPanel(context, panel, own, model, index, theme, ratio);
  });
}

function paintPanel(
  context: CanvasRenderingContext2D,
  panel: Panel,
  large: readonly LargeSeries[],
  model: ChartModel,
  index: number,
  theme: ChartTheme,
  ratio: number,
): void {
  const left = Math.round(panel.rect.left * ratio);
  const top = Math.round(panel.rect.top * ratio);
  const width = Math.ceil(panel.rect.width * ratio) + 1;
  const height = Math.ceil(panel.rect.height * ratio) + 1;
  const image = context.createImageData(width, height);
  const words = new Uint32Array(image.data.buffer);
  words.fill(packedColor(theme.background, 1));

  const grid = packedColor(theme.grid, 1);
  const linesOf = (axes: unknown) => (axes as Axis[])[index]?.splitLine?.customValues ?? [];
  for (const place of linesOf(model.option.xAxis)) {
    const x = Math.round(pixelX(panel, place) * ratio) - left;
    if (x >= 0 && x < width) for (let y = 0; y < height; y++) words[y * width + x] = grid;
  }
  for (const place of linesOf(model.option.yAxis)) {
    const y = Math.round(pixelY(panel, place) * ratio) - top;
    if (y >= 0 && y < height) words.fill(grid, y * width, (y + 1) * width);
  }
  for (const series of large) {
    const { color, borderColor, opacity } = series.itemStyle;
    const shown = mix(borderColor ?? color, theme.background, 1 - opacity);
    const word = packedColor(shown, 1);
    const size = Math.max(2, Math.round(series.symbolSize * ratio));
    const half = size >> 1;
    const { data } = series;
    for (let at = 0; at < data.length; at += 2) {
      const x = Math.round(pixelX(panel, data[at]!) * ratio) - left - half;
      const y = Math.round(pixelY(panel, data[at + 1]!) * ratio) - top - half;
      const right = Math.min(width, x + size);
      const bottom = Math.min(height, y + size);
      for (let line = Math.max(0, y); line < bottom; line++) {
        for (let column = Math.max(0, x); column < right; column++) {
          words[line * width + column] = word;
        }
      }
    }
  }
  context.putImageData(image, left, top);
}
