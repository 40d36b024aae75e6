import { describe, expect, it } from 'vitest';
import { isChart, type ChartModel, type ChartResult } from '../chart';
import { decodeCurves } from '../data/experiment_curves';
import { EMPTY_TABLE, largeTable, smallTable } from '../data/test_table';
import { TrialSelection } from '../data/trial_selection';
import { LIGHT_CHART } from '../draw/chart_theme';
import { FIRST_TURN } from '../draw/turn';
import { withSelection } from '../draw/with_selection';
import { comparedChart } from './compared';
import { contourChart } from './contour';
import { curvesChart } from './curves';
import { edfChart } from './edf';
import { historyChart } from './history';
import { importanceChart } from './importance';
import { metricChart } from './metric';
import { parallelChart } from './parallel';
import { paretoChart } from './pareto';
import { pareto3dChart } from './pareto_3d';
import { rankChart } from './rank';
import { rungsChart } from './rungs';
import { sliceChart } from './slice';
import { timelineChart } from './timeline';

const SIZE = { width: 600, theme: LIGHT_CHART };

interface Series {
  id: string;
  type: string;
  data: number[] | number[][];
  step?: unknown;
  renderItem?: unknown;
}

function chart(result: ChartResult): ChartModel {
  if (!isChart(result)) throw new Error(result.unavailable);
  return result;
}

function seriesOf(model: ChartModel): Series[] {
  return model.option.series as Series[];
}

function series(model: ChartModel, id: string): Series {
  const found = seriesOf(model).find((one) => one.id === id);
  if (!found) throw new Error(`no series ${id}: ${seriesOf(model).map((one) => one.id)}`);
  return found;
}

function points(model: ChartModel, id: string): number[][] {
  const flat = [...(series(model, id).data as number[])];
  return flat.flatMap((value, at) => (at % 2 === 0 ? [[value, flat[at + 1]!]] : []));
}

describe('historyChart', () => {
  const options = { objective: 0, x: 'number', log: false } as const;

  it('draws trials by state, the best so far and the best', () => {
    const model = chart(historyChart({ ...SIZE, table: smallTable(), options }));
    expect(points(model, 'Succeeded')).toEqual([
      [0, 0.5],
      [1, 0.7],
      [2, 0.6],
    ]);
    expect(points(model, 'EarlyStopped')).toEqual([[3, 0.4]]);
    expect(points(model, 'infeasible')).toEqual([[5, 0.9]]);
    // Up to the last trial, so that one sees how long nothing has got better.
    expect(series(model, 'incumbent').data).toEqual([
      [0, 0.5],
      [1, 0.7],
      [5, 0.7],
    ]);
    expect(points(model, 'best')).toEqual([[1, 0.7]]);
    expect(model.legend.map((entry) => entry.label)).toEqual([
      'infeasible',
      'stopped early',
      'succeeded',
      'best so far',
    ]);
    expect(model.description).toContain('the best accuracy is 0.7, of trial 1');
    expect(model.data.rows()[2]).toEqual([2, 'Succeeded', 0.6, 0.7]);
  });

  it('goes by the order of time when asked to', () => {
    const table = smallTable({ completed: [5000, 2200, 4200, 3500, null, 7000] });
    const model = chart(historyChart({ ...SIZE, table, options: { ...options, x: 'completed' } }));
    expect(series(model, 'incumbent').data).toEqual([
      [2200, 0.7],
      [7000, 0.7],
    ]);
  });

  it('takes logarithms of what is positive', () => {
    const table = smallTable({
      objectives: [{ metric: 'loss', type: 'minimize', values: [100, 10, 0.1, null, null, 1] }],
    });
    const model = chart(historyChart({ ...SIZE, table, options: { ...options, log: true } }));
    expect(points(model, 'Succeeded').map(([, y]) => y)).toEqual([2, 1, -1]);
  });

  it('shows every extreme of 100,000 trials with a fraction of the marks', () => {
    const model = chart(historyChart({ ...SIZE, table: largeTable(100_000), options }));
    const drawn = points(model, 'Succeeded');
    expect(drawn.length).toBeLessThan(20_000);
    expect(Math.max(...drawn.map(([, y]) => y!))).toBe(50);
  });

  it('says what is missing', () => {
    expect(historyChart({ ...SIZE, table: EMPTY_TABLE, options })).toHaveProperty('unavailable');
  });
});

describe('sliceChart', () => {
  it('has a panel for each parameter, on the scale it was searched', () => {
    const model = chart(
      sliceChart({
        ...SIZE,
        table: smallTable(),
        options: { objective: 0, parameters: [], log: false },
      }),
    );
    expect(model.panels.map((panel) => [panel.xName, panel.x.kind])).toEqual([
      ['lr', 'log'],
      ['layer', 'category'],
    ]);
    expect(model.panels[0]!.marks.x[0]).toBeCloseTo(-3);
    // Jittered around its category, in its own third.
    expect(Math.abs(model.panels[1]!.marks.x[1]! - 1)).toBeLessThan(0.34);
    expect(model.panels[1]!.marks.x[5]).toBeNaN();
  });

  it('shows the parameters that are asked for', () => {
    const options = { objective: 0, parameters: ['layer', 'gone'], log: false };
    const model = chart(sliceChart({ ...SIZE, table: smallTable(), options }));
    expect(model.panels.map((panel) => panel.xName)).toEqual(['layer']);
  });
});

describe('parallelChart', () => {
  it('has an axis for each parameter and the objective, and a line for each trial', () => {
    const options = { objective: 0, parameters: [], log: false };
    const model = chart(parallelChart({ ...SIZE, table: smallTable(), options }));
    expect(model.panels.map((panel) => panel.yName)).toEqual(['lr', 'layer', 'accuracy']);
    expect(model.acrossPanels).toBe(true);
    const lines = series(model, 'trials').data as unknown as { value: number[] }[];
    expect(lines).toHaveLength(6);
    // The best is drawn last, over the others.
    expect(lines.at(-1)!.value[2]).toBe(0.7);
  });

  it('draws some of many lines, and knows all', () => {
    const options = { objective: 0, parameters: [], log: false };
    const model = chart(parallelChart({ ...SIZE, table: largeTable(5000), options }));
    const { length } = series(model, 'trials').data;
    expect(length).toBeGreaterThan(900);
    expect(length).toBeLessThanOrEqual(1000);
    expect(model.panels[0]!.marks.rows).toHaveLength(5000);
    expect(model.note).toContain('of 5,000 lines');
  });
});

describe('contourChart', () => {
  it('estimates the objective between the trials', () => {
    const table = largeTable(400);
    const options = { objective: 0, parameters: ['x', 'y'] as const, log: false };
    const model = chart(contourChart({ ...SIZE, table, options }));
    const cells = series(model, 'surface').data as number[][];
    expect(cells.length).toBeGreaterThan(1000);
    for (const cell of cells) expect(cell[2]).toBeGreaterThanOrEqual(0);
    expect(seriesOf(model).filter((one) => one.id.startsWith('level-'))).toHaveLength(9);
  });
  it('needs two parameters', () => {
    const table = smallTable({
      parameters: [{ name: 'x', kind: 'number', log: false, values: [1, 2, 3, 4, 5, 6] }],
    });
    const options = { objective: 0, parameters: ['x', 'x'] as const, log: false };
    expect(contourChart({ ...SIZE, table, options })).toHaveProperty('unavailable');
  });
});

describe('rankChart', () => {
  it('colours by rank, the best in the last colour', () => {
    const options = { objective: 0, parameters: [] };
    const model = chart(rankChart({ ...SIZE, table: smallTable(), options }));
    expect(model.panels).toHaveLength(1);
    const best = points(model, 'rank-0-7');
    expect(best).toHaveLength(1);
    expect(best[0]![0]).toBeCloseTo(-2);
    expect(model.data.rows().map((row) => row[1])).toEqual([3, 1, 2, null, null, null]);
  });
});

describe('edfChart', () => {
  it('climbs from the best to the worst', () => {
    const model = chart(
      edfChart({ ...SIZE, table: smallTable(), options: { objective: 0, log: false } }),
    );
    const line = series(model, 'edf').data as number[][];
    expect(line.slice(0, 6)).toEqual([
      [0.7, 0],
      [0.7, 1 / 3],
      [0.6, 1 / 3],
      [0.6, 2 / 3],
      [0.5, 2 / 3],
      [0.5, 1],
    ]);
    expect(line.at(-1)![0]).toBe(model.panels[0]!.x.low);
    expect([...model.panels[0]!.marks.rows]).toEqual([1, 2, 0]);
  });
});

describe('importanceChart', () => {
  const evaluator = (name: string, lr: number) => ({
    evaluator: name,
    objective: 'accuracy',
    trials: 50,
    importances: [
      { parameter: 'layer', importance: 0.2 },
      { parameter: 'lr', importance: lr },
    ],
    pairs: [{ parameters: ['lr', 'layer'] as [string, string], importance: 0.1 }],
  });

  it('puts the most important on top, for every evaluator', () => {
    const evaluators = [evaluator('fanova', 0.7), evaluator('ped-anova', 0.1)];
    const model = chart(importanceChart({ ...SIZE, evaluators }));
    // The last category is drawn on top.
    expect((model.option.yAxis as { data: string[] }[])[0]!.data).toEqual(['layer', 'lr']);
    expect(series(model, 'fanova').data).toEqual([0.2, 0.7]);
    expect(series(model, 'ped-anova').data).toEqual([0.2, 0.1]);
    expect(model.note).toContain('lr × layer 0.1');
  });
  it('says when there are too few trials', () => {
    expect(importanceChart({ ...SIZE, evaluators: [] })).toHaveProperty('unavailable');
  });
});

describe('curvesChart', () => {
  const curves = decodeCurves(
    {
      metric: 'accuracy',
      series: [
        { number: 0, steps: [1, 2], times: [100, 200], values: [0.1, 0.2] },
        { number: 1, steps: [1, 2, 3], times: [300, 400, 500], values: [0.3, 0.4, 0.5] },
        { number: 2, steps: [1], times: [1300], values: [0.6] },
      ],
    },
    smallTable(),
  );

  it('breaks the line between trials and draws the best by itself', () => {
    const options = { curves, x: 'step', log: false } as const;
    const model = chart(curvesChart({ ...SIZE, table: smallTable(), options }));
    expect(series(model, 'Succeeded').data).toEqual([
      [1, 0.1],
      [2, 0.2],
      [NaN, NaN],
      [1, 0.6],
    ]);
    expect(series(model, 'best').data).toEqual([
      [1, 0.3],
      [2, 0.4],
      [3, 0.5],
    ]);
    expect([...model.panels[0]!.marks.rows]).toEqual([0, 0, 1, 1, 1, 2]);
  });
});

describe('timelineChart', () => {
  it('puts running and waiting into lanes, and counts what ran at once', () => {
    const model = chart(timelineChart({ ...SIZE, table: smallTable(), options: { now: 9000 } }));
    const bars = series(model, 'bars').data as number[][];
    const runs = bars.filter((bar) => bar[3]! >= 0);
    expect(runs.map(([start, end, lane]) => [start, end, Math.abs(lane!)])).toEqual([
      [100, 1100, 0],
      [200, 2200, 1],
      [1200, 4200, 0],
      [2500, 3500, 1],
      [5100, 9000, 0],
      [6000, 7000, 1],
    ]);
    expect(bars.some((bar) => bar[3] === -1)).toBe(true);
    expect(model.description).toContain('at most 2 ran at once, on 2 workers');
    expect(Math.max(...(series(model, 'running').data as number[][]).map((p) => p[1]!))).toBe(2);
  });

  it('draws 100,000 trials as few bars', () => {
    const model = chart(
      timelineChart({ ...SIZE, table: largeTable(100_000), options: { now: 0 } }),
    );
    expect(series(model, 'bars').data.length).toBeLessThan(2000);
  });
});

describe('paretoChart', () => {
  it('parts the front from what is beaten', () => {
    const table = smallTable({ feasible: [1, 1, 1, 1, 1, 1] });
    const options = { objectives: [0, 1] as const, log: false };
    const model = chart(paretoChart({ ...SIZE, table, options }));
    // Trial 5 is the best and the cheapest now.
    expect(points(model, 'front')).toEqual([[0.9, 1]]);
    expect(points(model, 'beaten')).toHaveLength(3);
  });
  it('needs two objectives', () => {
    const options = { objectives: [0, 1] as const, log: false };
    expect(paretoChart({ ...SIZE, table: largeTable(5), options })).toHaveProperty('unavailable');
  });
});

describe('pareto3dChart', () => {
  it('turns the cloud', () => {
    const table = smallTable({
      objectives: [0, 1, 2].map((k) => ({
        metric: `m${k}`,
        type: 'minimize' as const,
        values: [1, 2, 3, 4, 5, 6].map((value) => (value * (k + 1)) % 7),
      })),
    });
    const at = (around: number) =>
      chart(
        pareto3dChart({
          ...SIZE,
          table,
          options: { objectives: [0, 1, 2], turn: { ...FIRST_TURN, around }, log: false },
        }),
      ).panels[0]!.marks;
    expect(at(0).x[0]).not.toBeCloseTo(at(1).x[0]!);
    expect(at(0).x[0]).toBeCloseTo(at(2 * Math.PI).x[0]!);
  });
});

describe('rungsChart', () => {
  it('tells who went on', () => {
    const table = smallTable({
      parameters: [
        { name: 'epochs', kind: 'number', log: false, values: [1, 1, 1, 3, 3, 9] },
        { name: 'lr', kind: 'number', log: false, values: [0.1, 0.2, 0.3, 0.2, 0.3, 0.2] },
      ],
      objectives: [
        { metric: 'accuracy', type: 'maximize', values: [0.1, 0.5, 0.4, 0.6, 0.5, 0.7] },
      ],
      feasible: [1, 1, 1, 1, 1, 1],
      labels: [{ name: 'rung', categories: ['0', '1', '2'], values: [0, 0, 0, 1, 1, 2] }],
    });
    const model = chart(rungsChart({ ...SIZE, table, options: { log: false } }));
    expect(points(model, 'ended-0').map(([, y]) => y)).toEqual([0.1, 0.5]);
    expect(points(model, 'promoted-0').map(([, y]) => y)).toEqual([0.5, 0.4, 0.6, 0.7]);
    expect(model.data.rows()).toEqual([
      ['0', 0, 'epochs 1', 3, 2, 0.5],
      ['0', 1, 'epochs 3', 2, 1, 0.6],
      ['0', 2, 'epochs 9', 1, 0, 0.7],
    ]);
  });

  it('shows how long trials ran where there are no rungs', () => {
    const model = chart(rungsChart({ ...SIZE, table: smallTable(), options: { log: false } }));
    expect(points(model, 'stopped')).toEqual([[1, 0.4]]);
  });
});

describe('metricChart', () => {
  const curve = {
    metric: 'loss',
    total: 1000,
    steps: Float64Array.of(-1, -1, -1),
    times: Float64Array.of(10, 20, 30),
    values: Float64Array.of(4, NaN, 2),
  };
  it('draws by step or time, smoothed on top', () => {
    const model = chart(metricChart({ ...SIZE, curve, x: 'step', log: false, smoothing: 0.5 }));
    expect(series(model, 'values').data).toEqual([
      [0, 4],
      [1, NaN],
      [2, 2],
    ]);
    const smooth = series(model, 'smoothed').data as number[][];
    // Weights 1/4 and 1/2, freed of the beginning: (4/4 + 2/2) / (3/4).
    expect(smooth[2]![1]).toBeCloseTo(8 / 3);
    expect(model.note).toContain('3 of 1,000');
    const byTime = chart(metricChart({ ...SIZE, curve, x: 'time', log: false, smoothing: 0 }));
    expect((series(byTime, 'values').data as number[][])[2]).toEqual([30, 2]);
  });
});

describe('comparedChart', () => {
  it('numbers marks through all lines', () => {
    const model = chart(
      comparedChart({
        ...SIZE,
        lines: [
          { name: 'a', x: Float64Array.of(1, 2), y: Float64Array.of(5, 6) },
          { name: 'b', x: Float64Array.of(3), y: Float64Array.of(7) },
        ],
        xName: 'trials',
        yName: 'loss',
        logX: false,
        logY: false,
        step: true,
        described: 'The best value so far',
        columns: ['experiment', 'trials', 'best'],
      }),
    );
    expect([...model.panels[0]!.marks.rows]).toEqual([0, 0, 1]);
    expect(model.data.rows()).toEqual([
      ['a', 1, 5],
      ['a', 2, 6],
      ['b', 3, 7],
    ]);
    expect(model.legend.map((entry) => entry.label)).toEqual(['a', 'b']);
  });
});

describe('withSelection', () => {
  it('fades the rest and draws the selected over it', () => {
    const table = smallTable();
    const model = chart(
      historyChart({ ...SIZE, table, options: { objective: 0, x: 'number', log: false } }),
    );
    expect(withSelection(model, table, TrialSelection.none, LIGHT_CHART)).toBe(model.option);
    const option = withSelection(model, table, TrialSelection.of([2, 4]), LIGHT_CHART);
    const all = option.series as (Series & { itemStyle: { opacity: number } })[];
    const selected = all.find((one) => one.id === 'selected-0')!;
    expect([...(selected.data as number[])]).toEqual([2, 0.6]);
    expect(all.find((one) => one.id === 'Succeeded')!.itemStyle.opacity).toBeLessThan(0.3);
  });

  it('draws selected lines through all axes', () => {
    const table = smallTable();
    const options = { objective: 0, parameters: [], log: false };
    const model = chart(parallelChart({ ...SIZE, table, options }));
    const option = withSelection(model, table, TrialSelection.of([1]), LIGHT_CHART);
    const selected = (option.series as Series[]).find((one) => one.id === 'selected')!;
    expect(selected.data).toHaveLength(1);
    expect((selected.data as number[][])[0]![2]).toBe(0.7);
  });
});
