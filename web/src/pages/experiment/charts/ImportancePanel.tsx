import { useCallback, useMemo } from 'react';
import { getImportance } from '../../../api/experiments';
import { comparableValues } from '../../../charts/data/objective';
import { countValues } from '../../../charts/data/trial_table';
import { importanceChart } from '../../../charts/kinds/importance';
import type { ChartTheme } from '../../../charts/draw/chart_theme';
import { ChartFrame } from '../../../charts/view/ChartFrame';
import { useResource } from '../../../app/use_resource';
import type { PanelProps } from './panel_props';

const EVALUATORS = ['fanova', 'ped-anova'] as const;
// Estimated anew each time there are so many more finished trials: sooner it changes little.
const GROWTH = 1.1;

export function ImportancePanel({ view, objective }: PanelProps) {
  const { table, name } = view;
  const column = table.objectives[objective];
  const finished = useMemo(
    () => (column ? countValues(comparableValues(table, column)) : 0),
    [table, column],
  );
  const stage = finished < 10 ? finished : Math.floor(Math.log(finished) / Math.log(GROWTH));
  const { data, error, loading } = useResource(
    `importance ${name.namespace}/${name.name} ${objective} ${stage}`,
    (signal) =>
      Promise.all(
        EVALUATORS.map((evaluator) => getImportance(name, { evaluator, objective }, signal)),
      ),
    { keepPrevious: true },
  );
  const build = useCallback(
    (width: number, theme: ChartTheme) => {
      if (data) return importanceChart({ evaluators: data, width, theme });
      return { unavailable: loading ? 'Estimating…' : (error?.message ?? '') };
    },
    [data, error, loading],
  );
  return (
    <ChartFrame
      id="importance"
      title="Importance of parameters"
      help="How much of the objective's variation each parameter explains."
      fileName={view.name.name}
      table={table}
      selection={view.selection}
      build={build}
    />
  );
}
