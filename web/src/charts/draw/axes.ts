import type { ChartTheme } from './chart_theme';
import { CHART_FONT } from './chart_theme';
import type { Panel } from './panel';
import { labelOf, ticksOf, type Scale } from './scale';

// The parts of an ECharts option that lay out panels: panel i has grid, xAxis and yAxis i.
export interface PanelOption {
  backgroundColor: string;
  animation: false;
  textStyle: object;
  grid: object[];
  xAxis: object[];
  yAxis: object[];
  series: object[];
}

export interface AxisWishes {
  // Leaves out the names of the axes, where panels stand close.
  readonly hideNames?: boolean;
  readonly yTicks?: number;
}

export function panelOption(
  panels: readonly Panel[],
  theme: ChartTheme,
  wishes: AxisWishes = {},
): PanelOption {
  return {
    backgroundColor: theme.background,
    animation: false,
    textStyle: { fontFamily: CHART_FONT, color: theme.text },
    grid: panels.map(({ rect }) => ({ ...rect, containLabel: false })),
    xAxis: panels.map((panel, index) => ({
      ...axis(panel.x, theme, Math.max(2, Math.round(panel.rect.width / 90))),
      gridIndex: index,
      ...(wishes.hideNames ? {} : axisName(panel.xName, theme, 30, panel.rect.width)),
    })),
    yAxis: panels.map((panel, index) => ({
      ...axis(panel.y, theme, wishes.yTicks ?? Math.max(2, Math.round(panel.rect.height / 55))),
      gridIndex: index,
      ...(wishes.hideNames
        ? {}
        : axisName(panel.yName, theme, leftMargin(panel.y) - 14, panel.rect.height)),
    })),
    series: [],
  };
}

// Room for the labels and the name of a vertical axis.
export function leftMargin(scale: Scale): number {
  if (scale.kind !== 'category') return 64;
  const longest = Math.max(0, ...scale.categories.map((category) => category.length));
  return Math.min(150, 38 + longest * 7);
}

function axisName(name: string, theme: ChartTheme, gap: number, room: number): object {
  return {
    name,
    nameLocation: 'middle',
    nameGap: gap,
    nameTruncate: { maxWidth: room, ellipsis: '…' },
    nameTextStyle: { color: theme.muted, fontSize: 12 },
  };
}

function axis(scale: Scale, theme: ChartTheme, wanted: number): object {
  const customValues = ticksOf(scale, wanted);
  return {
    type: 'value',
    min: scale.low,
    max: scale.high,
    axisLine: { show: true, onZero: false, lineStyle: { color: theme.line } },
    axisTick: { show: true, customValues, lineStyle: { color: theme.line } },
    axisLabel: {
      customValues,
      color: theme.muted,
      fontSize: 11,
      hideOverlap: true,
      formatter: (value: number) => shortened(labelOf(scale, value), 18),
    },
    splitLine: { show: true, customValues, lineStyle: { color: theme.grid } },
  };
}

export function shortened(text: string, longest: number): string {
  return text.length <= longest ? text : `${text.slice(0, longest - 1)}…`;
}
