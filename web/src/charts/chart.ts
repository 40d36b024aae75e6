import type { EChartsCoreOption } from 'echarts/core';
import type { TrialTable } from './data/trial_table';
import type { ChartTheme } from './draw/chart_theme';
import type { Panel } from './draw/panel';

// What a chart is made from. A chart is a pure function of it.
export interface ChartInput<Options> {
  readonly table: TrialTable;
  // The room there is, CSS pixels; a chart takes the height that it needs.
  readonly width: number;
  readonly theme: ChartTheme;
  readonly options: Options;
}

export interface LegendEntry {
  readonly label: string;
  readonly color: string;
  readonly shape: 'dot' | 'ring' | 'line' | 'dash' | 'square';
}

// A continuous legend: what the ends of the colour ramp mean.
export interface RampLegend {
  readonly low: string;
  readonly high: string;
  readonly title: string;
}

export interface ChartModel {
  readonly height: number;
  readonly width?: number; // when it needs more than there is: then it scrolls
  readonly option: EChartsCoreOption;
  readonly panels: readonly Panel[];
  // Whether a row is a line through its marks in all panels, and brushes of panels are combined.
  readonly acrossPanels?: boolean;
  readonly legend: readonly LegendEntry[];
  readonly ramp?: RampLegend;
  // One or two sentences that say what a sighted reader would see first.
  readonly description: string;
  // Said under the chart, e.g. that only some of many lines are drawn.
  readonly note?: string;
  // The numbers behind the picture.
  readonly data: ChartData;
}

export type ChartCell = string | number | null;

export interface ChartData {
  readonly columns: readonly string[];
  // Made when asked for: most charts are looked at, not read.
  rows(): readonly (readonly ChartCell[])[];
}

// In place of a chart: what is missing and what to do about it.
export interface NoChart {
  readonly unavailable: string;
}

export type ChartResult = ChartModel | NoChart;

export function isChart(result: ChartResult): result is ChartModel {
  return !('unavailable' in result);
}
