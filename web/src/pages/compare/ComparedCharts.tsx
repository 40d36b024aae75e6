import { useCallback, useMemo } from 'react';
import { useUrlState } from '../../app/url_state';
import { Checkbox, Select } from '../../components/Field';
import { durationText } from '../../components/time_text';
import { comparableValues } from '../../charts/data/objective';
import type { ChartTheme } from '../../charts/draw/chart_theme';
import { formatNumber } from '../../charts/draw/format_number';
import { comparedChart, type ComparedLine } from '../../charts/kinds/compared';
import { edfLine } from '../../charts/kinds/edf';
import { ChartCard } from '../../charts/view/ChartCard';
import { PlotCanvas } from '../../charts/view/PlotCanvas';
import { incumbentEnd, incumbentPoints, type Compared } from './compared';
import styles from './compare.module.css';

export function ComparedCharts({ compared }: { compared: readonly Compared[] }) {
  return (
    <div className={styles.charts}>
      <History compared={compared} />
      <Distribution compared={compared} />
    </div>
  );
}

function History({ compared }: { compared: readonly Compared[] }) {
  const [parameters, change] = useUrlState();
  const x = parameters.get('x') === 'time' ? 'time' : 'trials';
  const logX = parameters.has('log-x');
  const logY = parameters.has('log');
  const lines = useMemo(() => compared.map((one) => historyLine(one, x)), [compared, x]);
  const build = useCallback(
    (width: number, theme: ChartTheme) =>
      comparedChart({
        lines,
        width,
        theme,
        xName: x === 'time' ? 'seconds since the start' : 'trials',
        yName: metricsOf(compared),
        logX,
        logY,
        step: true,
        described: 'The best value so far',
        columns: ['experiment', x === 'time' ? 'seconds' : 'trials', 'best so far'],
      }),
    [compared, lines, x, logX, logY],
  );
  return (
    <ChartCard
      id="history"
      title="Best so far"
      fileName="compare"
      build={build}
      controls={
        <>
          <Select
            aria-label="Horizontal axis"
            options={[
              { value: 'trials', label: 'by trials' },
              { value: 'time', label: 'by time' },
            ]}
            value={x}
            onChange={(value) => change({ x: value === 'trials' ? undefined : value })}
          />
          <Checkbox
            label="log x"
            checked={logX}
            onChange={(checked) => change({ 'log-x': checked ? '1' : undefined })}
          />
          <Checkbox
            label="log y"
            checked={logY}
            onChange={(checked) => change({ log: checked ? '1' : undefined })}
          />
        </>
      }
    >
      {(drawn) => (
        <PlotCanvas
          title="Best so far"
          drawn={drawn}
          describe={(mark) => {
            const { line, at } = markOf(lines, mark);
            const where = line.x[at]!;
            return {
              title: line.name,
              entries: [
                ['best so far', formatNumber(line.y[at]!, 6)],
                x === 'time' ? ['after', durationText(where * 1000)] : ['after', `${where} trials`],
              ],
            };
          }}
        />
      )}
    </ChartCard>
  );
}

function Distribution({ compared }: { compared: readonly Compared[] }) {
  const [parameters] = useUrlState();
  const log = parameters.has('log');
  const lines = useMemo(() => compared.map(distributionLine), [compared]);
  const build = useCallback(
    (width: number, theme: ChartTheme) =>
      comparedChart({
        lines,
        width,
        theme,
        xName: metricsOf(compared),
        yName: 'share of trials',
        logX: log,
        logY: false,
        step: false,
        described: 'The distribution of the objective',
        columns: ['experiment', 'value', 'share of trials at least as good'],
      }),
    [compared, lines, log],
  );
  return (
    <ChartCard id="distribution" title="Distribution" fileName="compare" build={build}>
      {(drawn) => (
        <PlotCanvas
          title="Distribution"
          drawn={drawn}
          describe={(mark) => {
            const { line, at } = markOf(lines, mark);
            return {
              title: line.name,
              entries: [
                ['value', formatNumber(line.x[at]!, 6)],
                ['as good or better', `${(100 * line.y[at]!).toFixed(1)} %`],
              ],
            };
          }}
        />
      )}
    </ChartCard>
  );
}

function historyLine({ experiment, table }: Compared, x: 'trials' | 'time'): ComparedLine {
  const unit = x === 'time' ? 1000 : 1;
  const points = incumbentPoints(table, x);
  const last = points.at(-1);
  const all = last ? [...points, { ...last, at: incumbentEnd(table, x) }] : points;
  return {
    name: experiment.name,
    x: Float64Array.from(all, ({ at }) => at / unit),
    y: Float64Array.from(all, ({ value }) => value),
  };
}

function distributionLine({ experiment, table }: Compared): ComparedLine {
  const objective = table.objectives[0];
  const points = objective
    ? edfLine(comparableValues(table, objective), objective.type, (value) => value)
    : [];
  return {
    name: experiment.name,
    x: Float64Array.from(points, (point) => point![0]),
    y: Float64Array.from(points, (point) => point![1]),
  };
}

function metricsOf(compared: readonly Compared[]): string {
  return [...new Set(compared.map(({ experiment }) => experiment.objectiveMetric))].join(', ');
}

// Marks are numbered through all lines.
function markOf(lines: readonly ComparedLine[], mark: number): { line: ComparedLine; at: number } {
  let at = mark;
  for (const line of lines) {
    if (at < line.x.length) return { line, at };
    at -= line.x.length;
  }
  throw new Error(`no mark ${mark}`);
}
