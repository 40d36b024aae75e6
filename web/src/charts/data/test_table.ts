import { decodeTable } from './decode_table';
import type { TrialTable } from './trial_table';
import type { TrialState, TrialTable as WireTable } from '../../api/types';

const STATES: TrialState[] = ['Succeeded', 'EarlyStopped', 'Running', 'Failed'];

// Six trials with two parameters and two objectives, for tests. Trial 3 was stopped early, 4 runs,
// 5 is infeasible.
export function smallTable(changes: Partial<WireTable> = {}): TrialTable {
  return decodeTable({
    change: 7,
    numbers: [0, 1, 2, 3, 4, 5],
    names: ['t-0', 't-1', 't-2', 't-3', 't-4', 't-5'],
    states: [0, 0, 0, 1, 2, 0],
    stateNames: STATES,
    created: [0, 0, 1000, 2000, 5000, 6000],
    started: [100, 200, 1200, 2500, 5100, 6000],
    completed: [1100, 2200, 4200, 3500, null, 7000],
    objectives: [
      { metric: 'accuracy', type: 'maximize', values: [0.5, 0.7, 0.6, null, null, 0.9] },
      { metric: 'cost', type: 'minimize', values: [10, 30, 20, null, null, 1] },
    ],
    feasible: [1, 1, 1, 1, 1, 0],
    parameters: [
      { name: 'lr', kind: 'number', log: true, values: [0.001, 0.01, 0.1, 0.01, 0.02, 0.03] },
      {
        name: 'layer',
        kind: 'category',
        categories: ['conv', 'pool'],
        values: [0, 1, 0, 1, 0, null],
      },
    ],
    metrics: [
      {
        name: 'accuracy',
        latest: [0.5, 0.7, 0.6, 0.4, 0.2, 0.9],
        min: [0.1, 0.2, 0.3, 0.1, 0.1, 0.1],
        max: [0.5, 0.7, 0.6, 0.4, 0.2, 0.9],
      },
    ],
    labels: [],
    ...changes,
  });
}

// Many trials on a spiral; the value of trial 0 is far from all others.
export function largeTable(count: number, outlier = 50): TrialTable {
  const numbers = Array.from({ length: count }, (_, i) => i);
  return smallTable({
    numbers,
    names: numbers.map((i) => `t-${i}`),
    states: numbers.map(() => 0),
    created: numbers.map((i) => i * 10),
    started: numbers.map((i) => i * 10 + 1),
    completed: numbers.map((i) => i * 10 + 9),
    objectives: [
      {
        metric: 'loss',
        type: 'minimize',
        values: numbers.map((i) => (i === 0 ? outlier : 1 + Math.sin(i * 0.37))),
      },
    ],
    feasible: numbers.map(() => 1),
    parameters: [
      { name: 'x', kind: 'number', log: false, values: numbers.map((i) => Math.cos(i * 0.11)) },
      { name: 'y', kind: 'number', log: false, values: numbers.map((i) => Math.sin(i * 0.13)) },
    ],
    metrics: [],
  });
}

// An experiment without trials.
export const EMPTY_TABLE: TrialTable = {
  change: 0,
  length: 0,
  numbers: new Int32Array(0),
  names: [],
  states: new Uint8Array(0),
  stateNames: [],
  created: new Float64Array(0),
  started: new Float64Array(0),
  completed: new Float64Array(0),
  objectives: [],
  feasible: new Uint8Array(0),
  parameters: [],
  metrics: [],
  labels: [],
};
