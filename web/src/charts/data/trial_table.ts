import type { ObjectiveType } from '../../api/types';

// All trials of an experiment as columns, the form that every chart reads.
//
// Numbers are kept in typed arrays with one entry a trial; NaN says that a trial has no value. The
// entry of a category is its index in `categories`.
export interface Column {
  readonly name: string;
  readonly kind: 'number' | 'category';
  // Whether the values were searched on a logarithmic scale.
  readonly log: boolean;
  // Empty unless `kind` is "category".
  readonly categories: readonly string[];
  readonly values: Float64Array;
}

export type { ObjectiveType };

export interface ObjectiveColumn {
  readonly metric: string;
  readonly type: ObjectiveType;
  readonly values: Float64Array;
}

export interface MetricColumn {
  readonly name: string;
  readonly latest: Float64Array;
  readonly min: Float64Array;
  readonly max: Float64Array;
}

export interface TrialTable {
  // The change sequence that the table holds; later events apply on top.
  readonly change: number;
  readonly length: number;
  // Trial numbers, ascending.
  readonly numbers: Int32Array;
  readonly names: readonly string[];
  // Indices into `stateNames`.
  readonly states: Uint8Array;
  readonly stateNames: readonly string[];
  // Unix milliseconds.
  readonly created: Float64Array;
  readonly started: Float64Array;
  readonly completed: Float64Array;
  // The first is the main one.
  readonly objectives: readonly ObjectiveColumn[];
  readonly feasible: Uint8Array;
  readonly parameters: readonly Column[];
  readonly metrics: readonly MetricColumn[];
  readonly labels: readonly Column[];
}

// The row of a trial number, or -1.
export function rowOfNumber(table: TrialTable, number: number): number {
  const { numbers } = table;
  if (numbers[number] === number) return number;
  let low = 0;
  let high = numbers.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const found = numbers[middle]!;
    if (found === number) return middle;
    if (found < number) low = middle + 1;
    else high = middle - 1;
  }
  return -1;
}

export function stateOf(table: TrialTable, row: number): string {
  return table.stateNames[table.states[row]!] ?? '';
}

// The rows in one of the states, as a mask of 0 and 1.
export function rowsInStates(table: TrialTable, states: readonly string[]): Uint8Array {
  const wanted = table.stateNames.map((name) => (states.includes(name) ? 1 : 0));
  const mask = new Uint8Array(table.length);
  for (let row = 0; row < table.length; row++) mask[row] = wanted[table.states[row]!] ?? 0;
  return mask;
}

// What a column shows for a row: a number, a category, or null where there is none.
export function cellOf(column: Column, row: number): number | string | null {
  const value = column.values[row]!;
  if (Number.isNaN(value)) return null;
  return column.kind === 'category' ? (column.categories[value] ?? null) : value;
}

// How many values are there, NaN left out.
export function countValues(values: Float64Array): number {
  let count = 0;
  for (let i = 0; i < values.length; i++) if (values[i] === values[i]) count++;
  return count;
}
