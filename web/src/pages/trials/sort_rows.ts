import type { GridColumn } from './columns';

export interface GridSort {
  readonly by: string; // a column's id
  readonly descending: boolean;
}

// The rows in the order of a column; what has no value comes last either way, equals by row.
export function sortRows(
  rows: Int32Array,
  column: GridColumn | undefined,
  descending: boolean,
): Int32Array {
  if (!column) return rows;
  const highest = rows.reduce((most, row) => Math.max(most, row), -1);
  const keys = new Float64Array(highest + 1);
  for (const row of rows) keys[row] = column.key(row);
  const sign = descending ? -1 : 1;
  return rows.slice().sort((a, b) => {
    const one = keys[a]!;
    const other = keys[b]!;
    if (Number.isNaN(one)) return Number.isNaN(other) ? a - b : 1;
    if (Number.isNaN(other)) return -1;
    return sign * (one - other) || a - b;
  });
}

// "objective.0" or "-objective.0" for descending.
export function printSort(sort: GridSort | undefined): string | undefined {
  return sort && `${sort.descending ? '-' : ''}${sort.by}`;
}

export function parseSort(text: string | null): GridSort | undefined {
  if (!text) return undefined;
  const descending = text.startsWith('-');
  return { by: descending ? text.slice(1) : text, descending };
}
