import { useCallback } from 'react';
import { historyChart } from '../../../charts/kinds/history';
import type { ChartTheme } from '../../../charts/draw/chart_theme';
import { ChartFrame } from '../../../charts/view/ChartFrame';
import { Select } from '../../../components/Field';
import { useChartOptions } from '../use_chart_options';
import { LogCheckbox } from './Controls';
import { OFF, ON, type PanelProps } from './panel_props';

const DEFAULTS = { x: 'number', log: OFF };

export function HistoryPanel({ view, objective }: PanelProps) {
  const { table } = view;
  const [{ x, log }, set] = useChartOptions('history', DEFAULTS);
  const build = useCallback(
    (width: number, theme: ChartTheme) =>
      historyChart({
        table,
        width,
        theme,
        options: { objective, x: x === 'time' ? 'completed' : 'number', log: log === ON },
      }),
    [table, objective, x, log],
  );
  return (
    <ChartFrame
      id="history"
      title="Optimisation history"
      help="Every trial's objective and the best so far. Drag to select trials."
      fileName={view.name.name}
      table={table}
      selection={view.selection}
      build={build}
      onOpenTrial={view.openTrial}
      controls={
        <>
          <Select
            aria-label="Horizontal axis"
            options={[
              { value: 'number', label: 'by trial' },
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
