import type { EChartsCoreOption } from 'echarts/core';
import type { ChartModel } from '../chart';
import type { TrialSelection } from '../data/trial_selection';
import type { TrialTable } from '../data/trial_table';
import type { ChartTheme } from './chart_theme';
import { marksWhere, pointSeries } from './points';
import type { Panel } from './panel';

const FADED = 0.12;

// The option of a chart with its selected trials standing out: everything else is faded and the
// marks of the selection are drawn over it. On the screen an overlay does the same without drawing
// the chart again; this is for pictures that are saved.
export function withSelection(
  model: ChartModel,
  table: TrialTable,
  selection: TrialSelection,
  theme: ChartTheme,
): EChartsCoreOption {
  if (selection.isEmpty) return model.option;
  const series = (model.option.series as Record<string, unknown>[]).map(faded);
  if (model.acrossPanels) {
    series.push(selectedAcross(model, table, selection, theme));
    return { ...model.option, series };
  }
  model.panels.forEach((panel, index) => {
    const chosen = chosenMarks(panel, table, selection);
    if (panel.marks.shape === 'points') {
      series.push(
        ...(pointSeries(panel, index, [
          { id: `selected-${index}`, marks: chosen, color: theme.accent, opacity: 1 },
        ]) as Record<string, unknown>[]),
      );
    } else {
      series.push(selectedLines(panel, index, chosen, theme));
    }
  });
  return { ...model.option, series };
}

function chosenMarks(panel: Panel, table: TrialTable, selection: TrialSelection): Int32Array {
  const { rows } = panel.marks;
  return marksWhere(rows.length, (mark) => selection.has(table.numbers[rows[mark]!]!));
}

// More would hide each other.
const MOST_LINES = 1000;

function selectedAcross(
  model: ChartModel,
  table: TrialTable,
  selection: TrialSelection,
  theme: ChartTheme,
): Record<string, unknown> {
  const rows = marksWhere(table.length, (row) => selection.has(table.numbers[row]!));
  const every = Math.ceil(rows.length / MOST_LINES);
  return {
    id: 'selected',
    type: 'parallel',
    silent: true,
    progressive: 0,
    z: 5,
    lineStyle: { color: theme.accent, width: 1.5, opacity: 0.8 },
    data: Array.from(rows)
      .filter((_, index) => index % every === 0)
      .map((row) => model.panels.map((panel) => panel.marks.y[row]!)),
  };
}

function faded(series: Record<string, unknown>): Record<string, unknown> {
  const style = (name: string) => {
    const own = series[name] as Record<string, unknown> | undefined;
    if (!own) return {};
    const opacity = typeof own.opacity === 'number' ? own.opacity : 1;
    return { [name]: { ...own, opacity: opacity * FADED * 2 } };
  };
  const data = series.type === 'parallel' ? { data: fadedItems(series.data as StyledItem[]) } : {};
  return { ...series, ...style('itemStyle'), ...style('lineStyle'), ...data };
}

function selectedLines(
  panel: Panel,
  index: number,
  chosen: Int32Array,
  theme: ChartTheme,
): Record<string, unknown> {
  const { marks } = panel;
  const data: [number, number][] = [];
  let last = -1;
  for (const mark of chosen) {
    const row = marks.rows[mark]!;
    const joined = marks.shape === 'lines' && last >= 0 && marks.rows[last] === row;
    if (!joined && data.length > 0) data.push([NaN, NaN]);
    data.push([marks.x[mark]!, marks.y[mark]!]);
    if (marks.xEnd) data.push([marks.xEnd[mark]!, marks.y[mark]!]);
    last = mark;
  }
  return {
    id: `selected-${index}`,
    type: 'line',
    xAxisIndex: index,
    yAxisIndex: index,
    data,
    showSymbol: false,
    silent: true,
    z: 5,
    lineStyle: { color: theme.accent, width: 2 },
  };
}

interface StyledItem {
  readonly lineStyle: { readonly opacity: number };
}

function fadedItems(items: readonly StyledItem[]): StyledItem[] {
  return items.map((item) => ({
    ...item,
    lineStyle: { ...item.lineStyle, opacity: item.lineStyle.opacity * FADED * 2 },
  }));
}
