import { useCallback } from 'react';
import { sliceChart } from '../../../charts/kinds/slice';
import type { ChartTheme } from '../../../charts/draw/chart_theme';
import { ChartFrame } from '../../../charts/view/ChartFrame';
import { useChartOptions } from '../use_chart_options';
import { LogCheckbox } from './Controls';
import { ParameterPicker, parameterNames } from './ParameterPicker';
import { OFF, ON, type PanelProps } from './panel_props';

const DEFAULTS = { parameters: '', log: OFF };

export function SlicePanel({ view, objective }: PanelProps) {
  const { table } = view;
  const [{ parameters, log }, set] = useChartOptions('slice', DEFAULTS);
  const build = useCallback(
    (width: number, theme: ChartTheme) =>
      sliceChart({
        table,
        width,
        theme,
        options: { objective, parameters: parameterNames(parameters), log: log === ON },
      }),
    [table, objective, parameters, log],
  );
  return (
    <ChartFrame
      id="slice"
      title="Slices"
      help="The objective against each parameter by itself."
      fileName={view.name.name}
      table={table}
      selection={view.selection}
      build={build}
      onOpenTrial={view.openTrial}
      controls={
        <>
          <ParameterPicker
            table={table}
            value={parameters}
            onChange={(value) => set('parameters', value)}
          />
          <LogCheckbox value={log} onChange={(value) => set('log', value)} />
        </>
      }
    />
  );
}
