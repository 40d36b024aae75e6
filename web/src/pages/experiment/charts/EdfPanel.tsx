import { useCallback } from 'react';
import { edfChart } from '../../../charts/kinds/edf';
import type { ChartTheme } from '../../../charts/draw/chart_theme';
import { ChartFrame } from '../../../charts/view/ChartFrame';
import { useChartOptions } from '../use_chart_options';
import { LogCheckbox } from './Controls';
import { OFF, ON, type PanelProps } from './panel_props';

const DEFAULTS = { log: OFF };

export function EdfPanel({ view, objective }: PanelProps) {
  const { table } = view;
  const [{ log }, set] = useChartOptions('edf', DEFAULTS);
  const build = useCallback(
    (width: number, theme: ChartTheme) =>
      edfChart({ table, width, theme, options: { objective, log: log === ON } }),
    [table, objective, log],
  );
  return (
    <ChartFrame
      id="edf"
      title="Distribution of the objective"
      help="Which share of the trials is at least as good as a value."
      fileName={view.name.name}
      table={table}
      selection={view.selection}
      build={build}
      onOpenTrial={view.openTrial}
      controls={<LogCheckbox value={log} onChange={(value) => set('log', value)} />}
    />
  );
}
