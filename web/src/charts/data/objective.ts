import type { ObjectiveColumn, ObjectiveType, TrialTable } from './trial_table';

function isBetter(type: ObjectiveType, a: number, b: number): boolean {
  return type === 'minimize' ? a < b : a > b;
}

// The values of an objective that count: of feasible trials, finite; NaN elsewhere.
export function comparableValues(table: TrialTable, objective: ObjectiveColumn): Float64Array {
  const values = objective.values.slice();
  for (let row = 0; row < values.length; row++) {
    if (table.feasible[row] === 0 || !Number.isFinite(values[row])) values[row] = NaN;
  }
  return values;
}

// The values of an objective to be shown: a trial that was stopped early and has none stands where
// its metric was last.
export function shownValues(table: TrialTable, objective: ObjectiveColumn): Float64Array {
  const stopped = table.stateNames.indexOf('EarlyStopped');
  const latest = table.metrics.find((metric) => metric.name === objective.metric)?.latest;
  if (stopped < 0 || !latest) return objective.values;
  const values = objective.values.slice();
  for (let row = 0; row < values.length; row++) {
    if (Number.isNaN(values[row]) && table.states[row] === stopped) values[row] = latest[row]!;
  }
  return values;
}

// The rows at which a trial is better than all before it, in the order of numbers.
export function incumbentRows(values: Float64Array, type: ObjectiveType): number[] {
  const rows: number[] = [];
  let best = NaN;
  for (let row = 0; row < values.length; row++) {
    const value = values[row]!;
    if (Number.isNaN(value)) continue;
    if (rows.length === 0 || isBetter(type, value, best)) {
      best = value;
      rows.push(row);
    }
  }
  return rows;
}

// The row of the best value; the first of equals; -1 where there is none.
export function bestRow(values: Float64Array, type: ObjectiveType): number {
  return incumbentRows(values, type).at(-1) ?? -1;
}

// For each row its rank from 0 (best) to 1 (worst), equals sharing their mean; NaN where there is
// no value. One value alone has rank 0.
export function ranks(values: Float64Array, type: ObjectiveType): Float64Array {
  const rows: number[] = [];
  for (let row = 0; row < values.length; row++) {
    if (!Number.isNaN(values[row])) rows.push(row);
  }
  const sign = type === 'minimize' ? 1 : -1;
  rows.sort((a, b) => sign * (values[a]! - values[b]!));
  const ranked = new Float64Array(values.length).fill(NaN);
  const last = Math.max(1, rows.length - 1);
  for (let i = 0; i < rows.length;) {
    let end = i;
    while (end + 1 < rows.length && values[rows[end + 1]!] === values[rows[i]!]) end++;
    for (let k = i; k <= end; k++) ranked[rows[k]!] = (i + end) / 2 / last;
    i = end + 1;
  }
  return ranked;
}
