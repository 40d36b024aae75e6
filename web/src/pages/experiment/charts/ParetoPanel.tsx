import { useCallback } from 'react';
import { paretoChart } from '../../../charts/kinds/pareto';
import type { ChartTheme } from '../../../charts/draw/chart_theme';
import { ChartFrame } from '../../../charts/view/ChartFrame';
import { Select } from '../../../components/Field';
import { useChartOptions } from '../use_chart_options';
import { LogCheckbox } from './Controls';
import { OFF, ON, type PanelProps } from './panel_props';

const DEFAULTS = { x: '0', y: '1', log: OFF };

export function ParetoPanel({ view }: PanelProps) {
  const { table } = view;
  const [{ x, y, log }, set] = useChartOptions('pareto', DEFAULTS);
  const last = table.objectives.length - 1;
  const across = Math.min(last, Number(x) || 0);
  const up = Math.min(last, Number(y) || 0);
  const build = useCallback(
    (width: number, theme: ChartTheme) =>
      paretoChart({
        table,
        width,
        theme,
        options: { objectives: [across, up], log: log === ON },
      }),
    [table, across, up, log],
  );
  const choices = table.objectives.map(({ metric }, index) => ({
    value: String(index),
    label: metric,
  }));
  return (
    <ChartFrame
      id="pareto"
      title="Pareto front"
      help="Two objectives against each other, and the trials that no other beats."
      fileName={view.name.name}
      table={table}
      selection={view.selection}
      build={build}
      onOpenTrial={view.openTrial}
      controls={
        <>
          {choices.length > 2 && (
            <>
              <Select
                aria-label="Horizontal objective"
                options={choices}
                value={String(across)}
                onChange={(value) => set('x', value)}
              />
              <Select
                aria-label="Vertical objective"
                options={choices}
                value={String(up)}
                onChange={(value) => set('y', value)}
              />
            </>
          )}
          <LogCheckbox value={log} onChange={(value) => set('log', value)} />
        </>
      }
    />
  );
}
