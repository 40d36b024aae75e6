import { comparableValues } from './objective';
import type { TrialTable } from './trial_table';

// The rows that no other row beats: none is at least as good in every chosen objective and better
// in one. Ascending. Of several rows with the same values all are given.
export function paretoRows(table: TrialTable, objectives: readonly number[]): number[] {
  const columns = objectives.map((index) => {
    const objective = table.objectives[index]!;
    const values = comparableValues(table, objective);
    if (objective.type === 'maximize')
      for (let i = 0; i < values.length; i++) values[i] = -values[i]!;
    return values;
  });
  const first = columns[0];
  if (!first) return [];
  const rows: number[] = [];
  for (let row = 0; row < table.length; row++) {
    if (columns.every((values) => !Number.isNaN(values[row]))) rows.push(row);
  }
  // Whoever beats a row comes before it in this order, so one pass over the front so far is enough.
  rows.sort((a, b) => {
    for (const values of columns) {
      const difference = values[a]! - values[b]!;
      if (difference !== 0) return difference;
    }
    return a - b;
  });
  const front: number[] = [];
  for (const row of rows) {
    // The newest members are the likeliest to beat it.
    let beaten = false;
    for (let i = front.length - 1; i >= 0 && !beaten; i--) beaten = beats(columns, front[i]!, row);
    if (!beaten) front.push(row);
  }
  return front.sort((a, b) => a - b);
}

function beats(columns: readonly Float64Array[], a: number, b: number): boolean {
  let better = false;
  for (const values of columns) {
    if (values[a]! > values[b]!) return false;
    if (values[a]! < values[b]!) better = true;
  }
  return better;
}
