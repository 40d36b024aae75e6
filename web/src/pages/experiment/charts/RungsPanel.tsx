import { useCallback } from 'react';
import { rungsChart } from '../../../charts/kinds/rungs';
import type { ChartTheme } from '../../../charts/draw/chart_theme';
import { ChartFrame } from '../../../charts/view/ChartFrame';
import { useChartOptions } from '../use_chart_options';
import { LogCheckbox } from './Controls';
import { OFF, ON, type PanelProps } from './panel_props';

const DEFAULTS = { log: OFF };

export function RungsPanel({ view }: PanelProps) {
  const { table } = view;
  const [{ log }, set] = useChartOptions('rungs', DEFAULTS);
  const build = useCallback(
    (width: number, theme: ChartTheme) =>
      rungsChart({ table, width, theme, options: { log: log === ON } }),
    [table, log],
  );
  return (
    <ChartFrame
      id="rungs"
      title="Early stopping"
      help="What became of the trials at each rung."
      fileName={view.name.name}
      table={table}
      selection={view.selection}
      build={build}
      onOpenTrial={view.openTrial}
      controls={<LogCheckbox value={log} onChange={(value) => set('log', value)} />}
    />
  );
}
