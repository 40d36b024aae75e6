import { useCallback } from 'react';
import { metricChart, metricSteps } from '../../charts/kinds/metric';
import type { ChartTheme } from '../../charts/draw/chart_theme';
import { formatNumber } from '../../charts/draw/format_number';
import { ChartCard } from '../../charts/view/ChartCard';
import { PlotCanvas } from '../../charts/view/PlotCanvas';
import { exactTime } from '../../components/time_text';
import type { LiveMetric } from './live_metrics';

export interface MetricOptions {
  readonly x: 'step' | 'time';
  readonly log: boolean;
  readonly smoothing: number;
}

export function MetricCard({
  metric,
  index,
  trial,
  options,
}: {
  metric: LiveMetric;
  index: number;
  trial: string;
  options: MetricOptions;
}) {
  const { x, log, smoothing } = options;
  const build = useCallback(
    (width: number, theme: ChartTheme) =>
      metricChart({ curve: metric, width, theme, x, log, smoothing }),
    [metric, x, log, smoothing],
  );
  const describe = (mark: number) => ({
    title: formatNumber(metric.values[mark]!, 7),
    entries: [
      ['step', String(metricSteps(metric)[mark])],
      ['time', exactTime(new Date(metric.times[mark]!))],
    ] as const,
  });
  return (
    <ChartCard id={`metric-${index}`} title={metric.metric} fileName={trial} build={build}>
      {(drawn) => <PlotCanvas title={metric.metric} drawn={drawn} describe={describe} />}
    </ChartCard>
  );
}
