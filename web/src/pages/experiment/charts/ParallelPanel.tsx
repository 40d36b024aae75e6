import { useCallback } from 'react';
import { parallelChart } from '../../../charts/kinds/parallel';
import type { ChartTheme } from '../../../charts/draw/chart_theme';
import { ChartFrame } from '../../../charts/view/ChartFrame';
import { useChartOptions } from '../use_chart_options';
import { LogCheckbox } from './Controls';
import { ParameterPicker, parameterNames } from './ParameterPicker';
import { OFF, ON, type PanelProps } from './panel_props';

const DEFAULTS = { parameters: '', log: OFF };

export function ParallelPanel({ view, objective }: PanelProps) {
  const { table } = view;
  const [{ parameters, log }, set] = useChartOptions('parallel', DEFAULTS);
  const build = useCallback(
    (width: number, theme: ChartTheme) =>
      parallelChart({
        table,
        width,
        theme,
        options: { objective, parameters: parameterNames(parameters), log: log === ON },
      }),
    [table, objective, parameters, log],
  );
  return (
    <ChartFrame
      id="parallel"
      title="Parallel coordinates"
      help="A line for each trial. Drag along axes to select the trials that pass there."
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
          <LogCheckbox
            label="objective on a log scale"
            value={log}
            onChange={(value) => set('log', value)}
          />
        </>
      }
    />
  );
}
