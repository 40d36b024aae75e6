import type { Experiment, ExperimentName } from '../../api/types';
import { comparableValues, incumbentRows } from '../../charts/data/objective';
import type { TrialTable } from '../../charts/data/trial_table';

// An experiment of a comparison, loaded.
export interface Compared {
  readonly experiment: Experiment;
  readonly table: TrialTable;
}

export const MOST_COMPARED = 12;

export function nameText({ namespace, name }: ExperimentName): string {
  return `${namespace}/${name}`;
}

// "default/a,other/b" as the address has it; what is no such name is left out, and so is a second
// time.
export function parseNames(text: string): ExperimentName[] {
  const names = text
    .split(',')
    .map((part) => part.split('/'))
    .filter((parts) => parts.length === 2 && parts[0] && parts[1])
    .map(([namespace, name]) => ({ namespace: namespace!, name: name! }));
  const seen = new Set<string>();
  return names
    .filter((name) => !seen.has(nameText(name)) && seen.add(nameText(name)))
    .slice(0, MOST_COMPARED);
}

export interface IncumbentPoint {
  readonly row: number;
  readonly at: number; // trials so far, or milliseconds since the start
  readonly value: number;
}

// How the best value got better, with the number of trials or with time.
export function incumbentPoints(table: TrialTable, x: 'trials' | 'time'): IncumbentPoint[] {
  const objective = table.objectives[0];
  if (!objective) return [];
  const values = comparableValues(table, objective);
  if (x === 'trials') {
    return incumbentRows(values, objective.type).map((row) => ({
      row,
      at: row + 1,
      value: values[row]!,
    }));
  }
  const begin = earliest(table);
  const rows = Array.from(values.keys())
    .filter((row) => !Number.isNaN(table.completed[row]))
    .sort((a, b) => table.completed[a]! - table.completed[b]!);
  const ordered = Float64Array.from(rows, (row) => values[row]!);
  return incumbentRows(ordered, objective.type).map((index) => {
    const row = rows[index]!;
    return { row, at: table.completed[row]! - begin, value: values[row]! };
  });
}

// Until when an experiment's line goes on, in the same unit.
export function incumbentEnd(table: TrialTable, x: 'trials' | 'time'): number {
  if (x === 'trials') return table.length;
  let last = 0;
  for (const time of table.completed) if (time > last) last = time;
  return Math.max(0, last - earliest(table));
}

function earliest(table: TrialTable): number {
  let first = Infinity;
  for (const time of table.started) if (time < first) first = time;
  return first;
}
