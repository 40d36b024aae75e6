import { useCallback, useMemo } from 'react';
import { getCurves } from '../../../api/experiments';
import { decodeCurves } from '../../../charts/data/experiment_curves';
import { curvesChart } from '../../../charts/kinds/curves';
import type { ChartTheme } from '../../../charts/draw/chart_theme';
import { ChartFrame } from '../../../charts/view/ChartFrame';
import { Select } from '../../../components/Field';
import { useResource } from '../../../app/use_resource';
import { useChartOptions } from '../use_chart_options';
import { LogCheckbox } from './Controls';
import { OFF, ON, type PanelProps } from './panel_props';
import { useLaggingChange } from './use_lagging_change';

const DEFAULTS = { metric: '', x: 'step', log: OFF };
const POINTS = 100;
const TRIALS = 500;

export function CurvesPanel({ view }: PanelProps) {
  const { table, name } = view;
  const [{ metric: chosen, x, log }, set] = useChartOptions('curves', DEFAULTS);
  const metric = chosen || table.objectives[0]?.metric || table.metrics[0]?.name || '';
  const change = useLaggingChange(table.change, view.live);
  const { data, loading } = useResource(
    `curves ${name.namespace}/${name.name} ${metric} ${change}`,
    (signal) => getCurves(name, { metric, points: POINTS, trials: TRIALS }, signal),
    { keepPrevious: true },
  );
  const curves = useMemo(() => data && decodeCurves(data, table), [data, table]);
  const build = useCallback(
    (width: number, theme: ChartTheme) =>
      loading && !curves
        ? { unavailable: 'Loading the curves…' }
        : curvesChart({
            table,
            width,
            theme,
            options: { curves, x: x === 'time' ? 'time' : 'step', log: log === ON },
          }),
    [table, curves, loading, x, log],
  );
  const metrics = [...new Set([metric, ...table.metrics.map((one) => one.name)])];
  return (
    <ChartFrame
      id="curves"
      title="Intermediate values"
      help="A metric as it was reported while each trial ran."
      fileName={view.name.name}
      table={table}
      selection={view.selection}
      build={build}
      onOpenTrial={view.openTrial}
      controls={
        <>
          <Select
            aria-label="Metric"
            options={metrics.map((one) => ({ value: one, label: one }))}
            value={metric}
            onChange={(value) => set('metric', value)}
          />
          <Select
            aria-label="Horizontal axis"
            options={[
              { value: 'step', label: 'by step' },
              { value: 'time', label: 'by time' },
            ]}
            value={x}
            onChange={(value) => set('x', value)}
          />
          <LogCheckbox value={log} onChange={(value) => set('log', value)} />
        </>
      }
    />
  );
}
