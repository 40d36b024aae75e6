import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Experiment, Trial, TrialTable as WireTable } from '../../api/types';
import { smallTable } from '../../charts/data/test_table';
import type { TrialTable } from '../../charts/data/trial_table';
import { TrialSelection } from '../../charts/data/trial_selection';
import { SelectionStore } from '../../charts/view/selection_store';
import { documentParameters } from './document_parameters';
import { changedBudget, conflictText, rebased } from './EditBudgetDialog';
import { parametersYaml } from './ExperimentHeader';
import { LiveTable } from './live_table';
import { remainingTime } from './remaining_time';
import type { ShownExperiment } from './use_experiment';
import { addressOf } from './use_selection';

const WIRE: WireTable = {
  change: 5,
  numbers: [0],
  names: ['t-0'],
  states: [0],
  stateNames: ['Running'],
  created: [0],
  started: [0],
  completed: [null],
  objectives: [{ metric: 'm', type: 'minimize', values: [null] }],
  feasible: [1],
  parameters: [{ name: 'x', kind: 'number', log: false, values: [1] }],
  metrics: [],
  labels: [],
};

function trial(number: number, objectiveValue: number): Trial {
  return {
    number,
    name: `t-${number}`,
    state: 'Succeeded',
    objectiveValue,
    parameters: [{ name: 'x', value: '2' }],
  } as Trial;
}

describe('LiveTable', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  function start() {
    const seen: TrialTable[] = [];
    return { seen, live: new LiveTable((table) => seen.push(table)) };
  }
  const event = (change: number, ...trials: Trial[]) => ({ experiment: 'n/e', change, trials });

  it('keeps what comes while the table is on its way, and nothing that it holds already', () => {
    const { seen, live } = start();
    live.apply(event(4, trial(0, 99)));
    live.apply(event(6, trial(0, 7), trial(1, 8)));
    live.load(WIRE);
    expect(seen).toHaveLength(1);
    expect([...seen[0]!.objectives[0]!.values]).toEqual([7, 8]);
    expect(seen[0]!.change).toBe(6);
  });

  it('publishes many events at once', () => {
    const { seen, live } = start();
    live.load(WIRE);
    for (let change = 6; change < 20; change++) live.apply(event(change, trial(0, change)));
    expect(seen).toHaveLength(1);
    vi.runAllTimers();
    expect(seen).toHaveLength(2);
    expect(seen[1]!.objectives[0]!.values[0]).toBe(19);
    expect(seen[1]!.change).toBe(19);
  });

  it('waits for the new table after a reset', () => {
    const { seen, live } = start();
    live.load(WIRE);
    live.reset();
    live.apply(event(2, trial(0, 3)));
    vi.runAllTimers();
    expect(seen).toHaveLength(1);
    live.load({ ...WIRE, change: 1 });
    expect(seen[1]!.objectives[0]!.values[0]).toBe(3);
  });
});

function experiment(changes: Partial<Experiment>): ShownExperiment {
  return {
    state: 'Running',
    paused: false,
    maxTrialCount: 10,
    parallelTrialCount: 2,
    version: 3,
    counts: {
      pending: 0,
      running: 1,
      succeeded: 4,
      failed: 0,
      killed: 0,
      earlyStopped: 1,
      metricsUnavailable: 0,
    },
    ...changes,
  } as ShownExperiment;
}

describe('remainingTime', () => {
  it('goes by the pace of trials that have ended', () => {
    // Five trials have ended in 6,900 ms since the first began; five of ten are left.
    expect(remainingTime(experiment({}), smallTable())).toBeCloseTo(6900);
  });
  it('is unknown when nothing goes on or there is no end', () => {
    expect(remainingTime(experiment({ paused: true }), smallTable())).toBeUndefined();
    expect(remainingTime(experiment({ state: 'Stopped' }), smallTable())).toBeUndefined();
    expect(remainingTime(experiment({ maxTrialCount: 0 }), smallTable())).toBeUndefined();
  });
});

describe('editing a budget', () => {
  it('sends only what was changed', () => {
    const texts = { maxTrialCount: '20', parallelTrialCount: '2', maxFailedTrialCount: '' };
    expect(changedBudget(texts, experiment({}))).toEqual({ maxTrialCount: 20 });
  });
  it('does not undo what somebody else has changed', () => {
    const texts = { maxTrialCount: '10', parallelTrialCount: '3', maxFailedTrialCount: '' };
    const now = experiment({ maxTrialCount: 400 });
    const after = rebased(texts, experiment({}), now);
    expect(after).toMatchObject({ maxTrialCount: '400', parallelTrialCount: '3' });
    expect(changedBudget(after, now)).toEqual({ parallelTrialCount: 3 });
  });
  it('tells what somebody else has changed', () => {
    const now = { maxTrialCount: 30, parallelTrialCount: 2, version: 4, state: 'Running' };
    expect(conflictText(experiment({}), now)).toContain('trials in all are now 30, not 10');
    const stopped = { ...now, maxTrialCount: 10, state: 'Stopped' };
    expect(conflictText(experiment({}), stopped)).toContain('it is stopped now');
  });
});

describe('addressOf', () => {
  it('holds a selection as ranges, a brush, or not at all', () => {
    const store = new SelectionStore(TrialSelection.of([3, 4, 5]));
    expect(addressOf(store)).toEqual({ selected: '3-5', brush: undefined });
    const brush = { chart: 'history', boxes: [{ panel: 0, x: [1, 2], y: [3, 4] }] } as const;
    store.set(TrialSelection.of([3]), 'history', brush);
    expect(addressOf(store)).toEqual({ selected: undefined, brush: 'history:0:1:2:3:4' });
    store.set(TrialSelection.of(Array.from({ length: 2000 }, (_, i) => 2 * i)));
    expect(addressOf(store)).toEqual({ selected: undefined, brush: undefined });
    store.set(TrialSelection.none);
    expect(addressOf(store)).toEqual({ selected: undefined, brush: undefined });
  });
});

describe('parametersYaml', () => {
  it('quotes what is no number', () => {
    const text = parametersYaml({
      parameters: [
        { name: 'lr', value: '0.01' },
        { name: 'a: b', value: 'yes' },
        { name: 'c', value: '' },
      ],
    } as Trial);
    expect(text).toBe('"lr": 0.01\n"a: b": "yes"\n"c": ""\n');
  });
});

describe('documentParameters', () => {
  it('reads names, ranges and choices', () => {
    const text = `spec:
  parameters:
  - {name: lr, parameterType: double, feasibleSpace: {min: "0.1", max: "1", step: "0.1"}}
  - {name: o, parameterType: categorical, feasibleSpace: {list: [a, b]}}
`;
    expect(documentParameters(text)).toEqual([
      { name: 'lr', type: 'double', allowed: 'double, 0.1 to 1, step 0.1', choices: [] },
      { name: 'o', type: 'categorical', allowed: 'one of a, b', choices: ['a', 'b'] },
    ]);
    expect(documentParameters('')).toEqual([]);
  });
});
