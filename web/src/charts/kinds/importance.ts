import type { Importance } from '../../api/types';
import type { ChartCell, ChartResult } from '../chart';
import { panelOption } from '../draw/axes';
import type { ChartTheme } from '../draw/chart_theme';
import { formatNumber } from '../draw/format_number';
import { NO_MARKS, type Panel } from '../draw/panel';
import { categoryScale, linearScale } from '../draw/scale';

const EVALUATOR_NAMES: Readonly<Record<string, string>> = {
  fanova: 'fANOVA',
  'ped-anova': 'PED-ANOVA',
};

export interface ImportanceInput {
  readonly evaluators: readonly Importance[];
  readonly width: number;
  readonly theme: ChartTheme;
}

const MOST_PAIRS = 5;

// How much of the objective's variation each parameter explains, by one or more evaluators.
export function importanceChart({ evaluators, width, theme }: ImportanceInput): ChartResult {
  const first = evaluators[0];
  if (!first || first.importances.length === 0) {
    return {
      unavailable: 'Importance is estimated from finished trials; there are too few of them yet.',
    };
  }
  const parameters = [...first.importances]
    .sort((a, b) => b.importance - a.importance)
    .map((entry) => entry.parameter);
  const bar = 12 * evaluators.length + 12;
  const height = parameters.length * bar + 64;
  const longest = Math.max(...parameters.map((name) => name.length));
  const left = Math.min(Math.floor(width * 0.4), 30 + longest * 7);
  const greatest = Math.max(
    ...evaluators.flatMap((entry) => entry.importances.map((one) => one.importance)),
    1e-9,
  );
  const panel: Panel = {
    rect: { left, top: 10, width: Math.max(80, width - left - 60), height: height - 58 },
    x: { ...linearScale([0, greatest], 0.02), low: 0 },
    // From the bottom: the most important comes last.
    y: categoryScale([...parameters].reverse()),
    xName: 'importance',
    yName: '',
    marks: NO_MARKS,
  };
  const option = panelOption([panel], theme, { yTicks: parameters.length });
  // Bars need a real category axis to know how thick they are.
  option.yAxis = [
    {
      type: 'category',
      data: panel.y.categories,
      axisTick: { show: false },
      axisLine: { lineStyle: { color: theme.line } },
      axisLabel: { color: theme.text, fontSize: 12, width: left - 14, overflow: 'truncate' },
    },
  ];
  option.series.push(
    ...evaluators.map((evaluator, index) => ({
      id: evaluator.evaluator,
      type: 'bar',
      data: panel.y.categories.map((name) => importanceOf(evaluator, name)),
      itemStyle: { color: theme.series[index], borderRadius: [0, 3, 3, 0] },
      barMaxWidth: 18,
      barGap: '15%',
      silent: true,
      label: {
        show: true,
        position: 'right',
        color: theme.muted,
        fontSize: 11,
        formatter: ({ value }: { value: number | null }) =>
          value === null ? '' : formatNumber(value, 2),
      },
    })),
  );
  const pairs = strongestPairs(first);
  return {
    height,
    option: { ...option },
    panels: [],
    legend: evaluators.map((evaluator, index) => ({
      label: EVALUATOR_NAMES[evaluator.evaluator] ?? evaluator.evaluator,
      color: theme.series[index]!,
      shape: 'square',
    })),
    description:
      `Importance of ${parameters.length} parameters from ${first.trials} trials, the most ` +
      `important first: ${parameters.slice(0, 5).join(', ')}.`,
    ...(pairs.length > 0
      ? {
          note: `Strongest together: ${pairs
            .map((pair) => `${pair.parameters.join(' × ')} ${formatNumber(pair.importance, 2)}`)
            .join(', ')}.`,
        }
      : {}),
    data: {
      columns: ['parameter', ...evaluators.map((e) => EVALUATOR_NAMES[e.evaluator] ?? e.evaluator)],
      rows: () =>
        parameters.map((name): ChartCell[] => [
          name,
          ...evaluators.map((evaluator) => importanceOf(evaluator, name)),
        ]),
    },
  };
}

function importanceOf(evaluator: Importance, name: string): number | null {
  return evaluator.importances.find((entry) => entry.parameter === name)?.importance ?? null;
}

function strongestPairs(importance: Importance) {
  return [...importance.pairs]
    .sort((a, b) => b.importance - a.importance)
    .filter((pair) => pair.importance >= 0.01)
    .slice(0, MOST_PAIRS);
}
