import { bestRow } from '../../charts/data/objective';
import type { TrialTable } from '../../charts/data/trial_table';
import { tableColumns, type GridColumn } from './columns';

export const MOST_COMPARED = 20;

// One line of a comparison: a value of each of the trials.
export interface ComparedLine {
  readonly column: GridColumn;
  readonly texts: readonly string[];
  readonly differs: boolean;
  readonly best: number; // which trial is best in this objective; -1 in other lines
}

export function compareTrials(table: TrialTable, rows: readonly number[]): ComparedLine[] {
  return tableColumns(table)
    .filter(({ id }) => id !== 'number')
    .map((column) => {
      const texts = rows.map((row) => column.text(row));
      const objective = table.objectives.findIndex(
        (_, index) => column.id === `objective.${index}`,
      );
      return {
        column,
        texts,
        differs: new Set(texts).size > 1,
        best: objective < 0 ? -1 : bestOf(table, objective, rows),
      };
    })
    .filter(({ texts }) => texts.some((text) => text !== '–'));
}

function bestOf(table: TrialTable, objective: number, rows: readonly number[]): number {
  const { values, type } = table.objectives[objective]!;
  return bestRow(
    Float64Array.from(rows, (row) => (table.feasible[row] === 0 ? NaN : values[row]!)),
    type,
  );
}
