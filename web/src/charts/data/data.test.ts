import { describe, expect, it } from 'vitest';
import { applyTrials } from './apply_trials';
import { decodeCurves } from './experiment_curves';
import { assignLanes } from './lanes';
import { parseRanges, printRanges } from './number_ranges';
import { bestRow, comparableValues, incumbentRows, ranks, shownValues } from './objective';
import { paretoRows } from './pareto_front';
import { rungsOf } from './rungs';
import { largeTable, smallTable } from './test_table';
import { TrialSelection } from './trial_selection';
import { cellOf, rowOfNumber, stateOf } from './trial_table';

const NAN = NaN;

describe('decodeTable', () => {
  it('turns nulls and words into numbers', () => {
    const table = smallTable({
      objectives: [
        { metric: 'm', type: 'minimize', values: [1, null, 'NaN', 'Infinity', '-Infinity', 2] },
      ],
    });
    expect([...table.objectives[0]!.values]).toEqual([1, NAN, NAN, Infinity, -Infinity, 2]);
    expect(cellOf(table.parameters[1]!, 1)).toBe('pool');
    expect(cellOf(table.parameters[1]!, 5)).toBeNull();
  });
});

describe('applyTrials', () => {
  it('changes a trial and adds one', () => {
    const table = applyTrials(smallTable(), 9, [
      {
        number: 6,
        name: 't-6',
        state: 'Pending',
        parameters: [
          { name: 'lr', value: '0.5' },
          { name: 'layer', value: 'dense' },
        ],
        created: '1970-01-01T00:00:08.000Z',
        labels: { rung: '2' },
      },
      {
        number: 4,
        name: 't-4',
        state: 'Succeeded',
        parameters: [{ name: 'lr', value: '0.02' }],
        objectiveValue: 0.95,
        additionalObjectiveValues: [5],
        metrics: [{ name: 'loss', latest: 0.1, min: 0.1, max: 'NaN', count: 1, text: '' }],
        completed: '1970-01-01T00:00:09.000Z',
      },
    ]);
    expect(table.length).toBe(7);
    expect(table.change).toBe(9);
    expect(stateOf(table, 6)).toBe('Pending');
    expect(stateOf(table, 4)).toBe('Succeeded');
    expect(table.objectives.map((objective) => objective.values[4])).toEqual([0.95, 5]);
    expect(table.completed[4]).toBe(9000);
    expect(table.completed[6]).toBeNaN();
    expect(cellOf(table.parameters[1]!, 6)).toBe('dense');
    expect(cellOf(table.parameters[1]!, 4)).toBeNull();
    expect(table.metrics[1]!.name).toBe('loss');
    expect([...table.metrics[1]!.latest]).toEqual([NAN, NAN, NAN, NAN, 0.1, NAN, NAN]);
    expect(cellOf(table.labels[0]!, 6)).toBe('2');
    expect(cellOf(table.labels[0]!, 0)).toBeNull();
  });

  it('finds the place of trials that come out of order', () => {
    let table = applyTrials(smallTable(), 8, [trial(9, '0.9')]);
    table = applyTrials(table, 9, [trial(7, '0.7'), trial(8, '0.8')]);
    expect([...table.numbers]).toEqual([0, 1, 2, 3, 4, 5, 7, 8, 9]);
    expect([...table.parameters[0]!.values].slice(6)).toEqual([0.7, 0.8, 0.9]);
    expect(rowOfNumber(table, 8)).toBe(7);
    expect(rowOfNumber(table, 6)).toBe(-1);
  });

  it('keeps every trial while it grows one by one', () => {
    let table = smallTable();
    for (let number = 6; number < 200; number++)
      table = applyTrials(table, number, [trial(number, `${number}`)]);
    expect(table.length).toBe(200);
    expect(table.parameters[0]!.values[0]).toBe(0.001);
    expect(table.parameters[0]!.values[150]).toBe(150);
    expect(table.names[199]).toBe('t-199');
  });

  function trial(number: number, lr: string) {
    return {
      number,
      name: `t-${number}`,
      state: 'Running' as const,
      parameters: [{ name: 'lr', value: lr }],
    };
  }
});

describe('objectives', () => {
  it('count neither infeasible trials nor what is not finite', () => {
    const table = smallTable();
    const values = comparableValues(table, table.objectives[0]!);
    expect([...values]).toEqual([0.5, 0.7, 0.6, NAN, NAN, NAN]);
    expect(incumbentRows(values, 'maximize')).toEqual([0, 1]);
    expect(incumbentRows(values, 'minimize')).toEqual([0]);
    expect(bestRow(values, 'maximize')).toBe(1);
    expect(bestRow(new Float64Array([NAN]), 'maximize')).toBe(-1);
  });

  it('show early-stopped trials where they were last', () => {
    const table = smallTable();
    const shown = shownValues(table, table.objectives[0]!);
    expect(shown[3]).toBe(0.4);
    expect(shown[4]).toBeNaN();
  });

  it('rank equals alike', () => {
    expect([...ranks(new Float64Array([3, 1, 1, NAN, 2]), 'minimize')]).toEqual([
      1,
      1 / 6,
      1 / 6,
      NAN,
      2 / 3,
    ]);
    expect([...ranks(new Float64Array([3, 1]), 'maximize')]).toEqual([0, 1]);
  });
});

describe('paretoRows', () => {
  it('keeps what no other beats, by each objective in its own direction', () => {
    expect(paretoRows(smallTable(), [0, 1])).toEqual([0, 1, 2]);
    const both = smallTable({
      objectives: [
        { metric: 'a', type: 'minimize', values: [1, 2, 1, 3, 0, 1] },
        { metric: 'b', type: 'minimize', values: [1, 2, 1, 0, 5, 0] },
      ],
    });
    // Rows 0 and 2 are equal, row 5 is infeasible, and 1 is beaten.
    expect(paretoRows(both, [0, 1])).toEqual([0, 2, 3, 4]);
  });

  it('agrees with comparing all pairs in three dimensions', () => {
    const random = (seed: number) =>
      Math.round(Math.abs(Math.sin(seed * 12.9898) * 43758.5453) % 9);
    const count = 200;
    const table = smallTable({
      numbers: Array.from({ length: count }, (_, i) => i),
      feasible: Array.from({ length: count }, () => 1 as const),
      objectives: [0, 1, 2].map((k) => ({
        metric: `m${k}`,
        type: 'minimize' as const,
        values: Array.from({ length: count }, (_, i) => random(3 * i + k)),
      })),
    });
    const values = table.objectives.map((objective) => objective.values);
    const expected = Array.from({ length: count }, (_, i) => i).filter((row) =>
      Array.from({ length: count }, (_, i) => i).every(
        (other) =>
          values.some((column) => column[other]! > column[row]!) ||
          values.every((column) => column[other] === column[row]),
      ),
    );
    expect(paretoRows(table, [0, 1, 2])).toEqual(expected);
  });
});

describe('TrialSelection', () => {
  it('is a set of numbers', () => {
    const some = TrialSelection.of([5, 2, 2, -1, 1.5]);
    expect(some.numbers()).toEqual([2, 5]);
    expect(some.size).toBe(2);
    expect(some.toggled(5).numbers()).toEqual([2]);
    expect(some.toggled(9).numbers()).toEqual([2, 5, 9]);
    expect(some.union(TrialSelection.of([0, 5])).numbers()).toEqual([0, 2, 5]);
    expect(TrialSelection.of([]).isEmpty).toBe(true);
    expect(some.has(100)).toBe(false);
  });
});

describe('ranges', () => {
  it('are read as they are printed', () => {
    expect(printRanges([0, 1, 2, 7, 9, 10])).toBe('0-2,7,9-10');
    expect(parseRanges('0-2,7,9-10')).toEqual([0, 1, 2, 7, 9, 10]);
    expect(printRanges([])).toBe('');
  });
  it('leave out what nobody should have typed', () => {
    expect(parseRanges('3, x, 5-, -2, 1e3, 4-3, <b>')).toEqual([3]);
  });
});

describe('assignLanes', () => {
  it('gives the lowest free worker', () => {
    const { count, lane } = assignLanes(smallTable(), 9000);
    // 0 runs till 1100, 1 till 2200, 2 till 4200, 3 from 2500, 4 from 5100 till now, 5 from 6000.
    expect([...lane]).toEqual([0, 1, 0, 1, 0, 1]);
    expect(count).toBe(2);
  });
  it('never lets two trials of a lane overlap', () => {
    const table = largeTable(500);
    const started = table.started.map((_, i) => (i * 37) % 1000);
    const completed = started.map((start, i) => start + ((i * 53) % 90) + 1);
    const { lane, count } = assignLanes({ ...table, started, completed }, 0);
    const sorted = [...lane.keys()].sort((a, b) => started[a]! - started[b]!);
    const end = new Array<number>(count).fill(-1);
    for (const row of sorted) {
      expect(started[row]!).toBeGreaterThanOrEqual(end[lane[row]!]!);
      end[lane[row]!] = completed[row]!;
    }
    const most = Math.max(
      ...[...started].map(
        (at) => [...started].filter((s, i) => s <= at && completed[i]! > at).length,
      ),
    );
    expect(count).toBe(most);
  });
});

describe('rungsOf', () => {
  it('tells who went on by the configuration that comes again with more of the resource', () => {
    const table = smallTable({
      parameters: [
        { name: 'epochs', kind: 'number', log: false, values: [1, 1, 1, 3, 9, 9] },
        { name: 'lr', kind: 'number', log: false, values: [0.1, 0.2, 0.3, 0.2, 0.2, 0.7] },
      ],
      labels: [
        { name: 'bracket', categories: ['0', '2'], values: [0, 0, 0, 0, 0, 1] },
        { name: 'rung', categories: ['0', '1', '2'], values: [0, 0, 0, 1, 2, 0] },
      ],
    });
    expect(rungsOf(table)).toEqual([
      { bracket: '0', rung: 0, rows: [0, 1, 2], promoted: [1], resource: 'epochs 1' },
      { bracket: '0', rung: 1, rows: [3], promoted: [3], resource: 'epochs 3' },
      { bracket: '0', rung: 2, rows: [4], promoted: [], resource: 'epochs 9' },
      { bracket: '2', rung: 0, rows: [5], promoted: [], resource: 'epochs 9' },
    ]);
    expect(rungsOf(smallTable())).toEqual([]);
  });
});

describe('decodeCurves', () => {
  it('counts time from the start of a trial and steps where none were given', () => {
    const curves = decodeCurves(
      {
        metric: 'loss',
        series: [
          { number: 1, steps: [-1, -1], times: [700, 1200], values: [3, 'NaN'] },
          { number: 99, steps: [0], times: [0], values: [1] },
          { number: 0, steps: [5, 9], times: [100, 50], values: [1, 2] },
        ],
      },
      smallTable(),
    );
    expect([...curves.rows]).toEqual([1, 0]);
    expect([...curves.starts]).toEqual([0, 2, 4]);
    expect([...curves.steps]).toEqual([0, 1, 5, 9]);
    expect([...curves.times]).toEqual([500, 1000, 0, 0]);
    expect([...curves.values]).toEqual([3, NAN, 1, 2]);
  });
});
