import { useCallback } from 'react';
import { MOST_RANKED, rankChart } from '../../../charts/kinds/rank';
import type { ChartTheme } from '../../../charts/draw/chart_theme';
import { ChartFrame } from '../../../charts/view/ChartFrame';
import { useChartOptions } from '../use_chart_options';
import { ParameterPicker, parameterNames } from './ParameterPicker';
import type { PanelProps } from './panel_props';

const DEFAULTS = { parameters: '' };

export function RankPanel({ view, objective }: PanelProps) {
  const { table } = view;
  const [{ parameters }, set] = useChartOptions('rank', DEFAULTS);
  const build = useCallback(
    (width: number, theme: ChartTheme) =>
      rankChart({
        table,
        width,
        theme,
        options: { objective, parameters: parameterNames(parameters) },
      }),
    [table, objective, parameters],
  );
  return (
    <ChartFrame
      id="rank"
      title="Ranks"
      help="Pairs of parameters, each trial coloured by its rank."
      fileName={view.name.name}
      table={table}
      selection={view.selection}
      build={build}
      onOpenTrial={view.openTrial}
      controls={
        <ParameterPicker
          table={table}
          value={parameters}
          most={MOST_RANKED}
          onChange={(value) => set('parameters', value)}
        />
      }
    />
  );
}
