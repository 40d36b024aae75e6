import type { Trial } from '../../api/types';
import { decodeNumber } from './decode_table';
import { growBytes, growFloats, growIntegers } from './grow_array';
import { rowOfNumber, type Column, type MetricColumn, type TrialTable } from './trial_table';

// What of a trial goes into the table.
export type TrialRow = Pick<Trial, 'number' | 'name' | 'state' | 'parameters'> & Partial<Trial>;

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

// The table with some trials new or changed, in any order. It shares memory with the given table,
// whose own rows change with it: use only the result from here on. Trials whose numbers leave a gap
// to those known are put in as they are; the missing ones find their place when they come.
export function applyTrials(
  table: TrialTable,
  change: number,
  trials: readonly TrialRow[],
): TrialTable {
  const sorted = [...trials].sort((a, b) => a.number - b.number);
  const last = table.numbers[table.length - 1] ?? -1;
  const inserted = sorted.filter(
    (trial) => trial.number < last && rowOfNumber(table, trial.number) < 0,
  );
  const roomy =
    inserted.length === 0
      ? table
      : openRows(
          table,
          inserted.map((t) => t.number),
        );
  const appended = new Set(sorted.map((t) => t.number).filter((number) => number > last)).size;
  const grown = growTable(roomy, roomy.length + appended);
  grown.change = Math.max(change, table.change);

  let next = roomy.length;
  for (const trial of sorted) {
    let row = rowOfNumber({ ...grown, numbers: grown.numbers.subarray(0, next) }, trial.number);
    if (row < 0) {
      row = next++;
      grown.numbers[row] = trial.number;
    }
    writeTrial(grown, row, trial);
  }
  return grown;
}

interface GrowingTable extends Mutable<TrialTable> {
  names: string[];
  stateNames: string[];
  parameters: Mutable<Column>[];
  metrics: MetricColumn[];
  labels: Mutable<Column>[];
}

function growTable(table: TrialTable, length: number): GrowingTable {
  const growColumn = (column: Column): Mutable<Column> => ({
    ...column,
    values: growFloats(column.values, length),
  });
  return {
    ...table,
    length,
    numbers: growIntegers(table.numbers, length),
    names: table.names as string[],
    states: growBytes(table.states, length),
    stateNames: [...table.stateNames],
    created: growFloats(table.created, length),
    started: growFloats(table.started, length),
    completed: growFloats(table.completed, length),
    objectives: table.objectives.map((objective) => ({
      ...objective,
      values: growFloats(objective.values, length),
    })),
    feasible: growBytes(table.feasible, length),
    parameters: table.parameters.map(growColumn),
    metrics: table.metrics.map((metric) => ({
      name: metric.name,
      latest: growFloats(metric.latest, length),
      min: growFloats(metric.min, length),
      max: growFloats(metric.max, length),
    })),
    labels: table.labels.map(growColumn),
  };
}

// A copy with empty rows where the numbers belong; rare, since trials come in order.
function openRows(table: TrialTable, numbers: readonly number[]): TrialTable {
  const all = Int32Array.from([...new Set([...table.numbers, ...numbers])].sort((a, b) => a - b));
  const rows = Array.from(all, (number) => rowOfNumber(table, number));
  const floats = (values: Float64Array) =>
    Float64Array.from(rows, (row) => (row < 0 ? NaN : values[row]!));
  const bytes = (values: Uint8Array) =>
    Uint8Array.from(rows, (row) => (row < 0 ? 0 : values[row]!));
  const column = (old: Column): Column => ({ ...old, values: floats(old.values) });
  return {
    ...table,
    length: all.length,
    numbers: all,
    names: rows.map((row) => (row < 0 ? '' : table.names[row]!)),
    states: bytes(table.states),
    created: floats(table.created),
    started: floats(table.started),
    completed: floats(table.completed),
    objectives: table.objectives.map((old) => ({ ...old, values: floats(old.values) })),
    feasible: bytes(table.feasible),
    parameters: table.parameters.map(column),
    metrics: table.metrics.map((old) => ({
      name: old.name,
      latest: floats(old.latest),
      min: floats(old.min),
      max: floats(old.max),
    })),
    labels: table.labels.map(column),
  };
}

function writeTrial(table: GrowingTable, row: number, trial: TrialRow): void {
  table.names[row] = trial.name;
  table.states[row] = indexIn(table.stateNames, trial.state);
  table.created[row] = timeOf(trial.created);
  table.started[row] = timeOf(trial.started);
  table.completed[row] = timeOf(trial.completed);
  table.feasible[row] = trial.feasible === false ? 0 : 1;
  table.objectives.forEach((objective, index) => {
    objective.values[row] = decodeNumber(
      index === 0 ? trial.objectiveValue : trial.additionalObjectiveValues?.[index - 1],
    );
  });
  for (const column of table.parameters) column.values[row] = NaN;
  for (const { name, value } of trial.parameters) {
    const column = table.parameters.find((candidate) => candidate.name === name);
    if (column) writeCell(column, row, value);
  }
  for (const metric of trial.metrics ?? []) {
    let column = table.metrics.find((candidate) => candidate.name === metric.name);
    if (!column) {
      column = { name: metric.name, latest: nans(table), min: nans(table), max: nans(table) };
      table.metrics.push(column);
    }
    column.latest[row] = decodeNumber(metric.latest);
    column.min[row] = decodeNumber(metric.min);
    column.max[row] = decodeNumber(metric.max);
  }
  for (const [name, value] of Object.entries(trial.labels ?? {})) {
    let column = table.labels.find((candidate) => candidate.name === name);
    if (!column) {
      column = { name, kind: 'category', log: false, categories: [], values: nans(table) };
      table.labels.push(column);
    }
    writeCell(column, row, value);
  }
}

function writeCell(column: Mutable<Column>, row: number, text: string): void {
  if (column.kind === 'number') {
    column.values[row] = text === '' ? NaN : Number(text);
    return;
  }
  let index = column.categories.indexOf(text);
  if (index < 0) {
    index = column.categories.length;
    column.categories = [...column.categories, text];
  }
  column.values[row] = index;
}

function indexIn(names: string[], name: string): number {
  const index = names.indexOf(name);
  return index >= 0 ? index : names.push(name) - 1;
}

function timeOf(text: string | undefined): number {
  return text === undefined ? NaN : Date.parse(text);
}

function nans(table: TrialTable): Float64Array {
  return new Float64Array(table.length).fill(NaN);
}
