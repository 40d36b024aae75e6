import { useCallback, useState } from 'react';
import { pareto3dChart } from '../../../charts/kinds/pareto_3d';
import type { ChartTheme } from '../../../charts/draw/chart_theme';
import { dragTurn, FIRST_TURN } from '../../../charts/draw/turn';
import { ChartFrame } from '../../../charts/view/ChartFrame';
import { Button } from '../../../components/Button';
import { useChartOptions } from '../use_chart_options';
import { LogCheckbox } from './Controls';
import { OFF, ON, type PanelProps } from './panel_props';

const DEFAULTS = { log: OFF };

export default function Pareto3dPanel({ view }: PanelProps) {
  const { table } = view;
  const [{ log }, set] = useChartOptions('pareto-3d', DEFAULTS);
  const [turn, setTurn] = useState(FIRST_TURN);
  const build = useCallback(
    (width: number, theme: ChartTheme) =>
      pareto3dChart({
        table,
        width,
        theme,
        options: { objectives: [0, 1, 2], turn, log: log === ON },
      }),
    [table, turn, log],
  );
  const onTurn = useCallback((right: number, down: number) => {
    setTurn((now) => dragTurn(now, right, down));
  }, []);
  return (
    <ChartFrame
      id="pareto-3d"
      title="Pareto front in 3-D"
      help="Three objectives; drag to turn the cube."
      fileName={view.name.name}
      table={table}
      selection={view.selection}
      build={build}
      onOpenTrial={view.openTrial}
      onTurn={onTurn}
      controls={
        <>
          <LogCheckbox value={log} onChange={(value) => set('log', value)} />
          <Button small kind="quiet" icon="refresh" onClick={() => setTurn(FIRST_TURN)}>
            Turn back
          </Button>
        </>
      }
    />
  );
}
