import { useCallback } from 'react';
import { contourChart } from '../../../charts/kinds/contour';
import type { ChartTheme } from '../../../charts/draw/chart_theme';
import { ChartFrame } from '../../../charts/view/ChartFrame';
import { useChartOptions } from '../use_chart_options';
import { LogCheckbox, ParameterSelect } from './Controls';
import { OFF, ON, type PanelProps } from './panel_props';

const DEFAULTS = { x: '', y: '', log: OFF };

export function ContourPanel({ view, objective }: PanelProps) {
  const { table } = view;
  const [{ x, y, log }, set] = useChartOptions('contour', DEFAULTS);
  const across = x || table.parameters[0]?.name || '';
  const up = y || table.parameters.find(({ name }) => name !== across)?.name || '';
  const build = useCallback(
    (width: number, theme: ChartTheme) =>
      contourChart({
        table,
        width,
        theme,
        options: { objective, parameters: [across, up], log: log === ON },
      }),
    [table, objective, across, up, log],
  );
  return (
    <ChartFrame
      id="contour"
      title="Contour"
      help="The objective over two parameters, estimated between the trials."
      fileName={view.name.name}
      table={table}
      selection={view.selection}
      build={build}
      onOpenTrial={view.openTrial}
      controls={
        <>
          <ParameterSelect
            table={table}
            label="Horizontal parameter"
            value={across}
            onChange={(value) => set('x', value)}
          />
          <ParameterSelect
            table={table}
            label="Vertical parameter"
            value={up}
            onChange={(value) => set('y', value)}
          />
          <LogCheckbox value={log} onChange={(value) => set('log', value)} />
        </>
      }
    />
  );
}
