import type { Column, TrialTable } from './trial_table';

// One level of one bracket of a multi-fidelity search, by the labels of its trials.
export interface Rung {
  readonly bracket: string;
  readonly rung: number;
  readonly rows: readonly number[];
  readonly promoted: readonly number[]; // those whose configuration ran at a higher rung too
  readonly resource: string; // what its trials were given, e.g. "epochs 9"; empty when not known
}

// Empty where trials have no label "rung". By bracket, then by rung.
export function rungsOf(table: TrialTable): Rung[] {
  const rungLabel = table.labels.find((label) => label.name === 'rung');
  if (!rungLabel) return [];
  const bracketLabel = table.labels.find((label) => label.name === 'bracket');
  const byPlace = new Map<string, { bracket: string; rung: number; rows: number[] }>();
  for (let row = 0; row < table.length; row++) {
    const rung = textOf(rungLabel, row);
    if (rung === null || !/^\d+$/.test(rung)) continue;
    const bracket = (bracketLabel && textOf(bracketLabel, row)) ?? '0';
    const key = `${bracket}/${rung}`;
    let place = byPlace.get(key);
    if (!place) byPlace.set(key, (place = { bracket, rung: Number(rung), rows: [] }));
    place.rows.push(row);
  }
  const places = [...byPlace.values()].sort(
    (a, b) => a.bracket.localeCompare(b.bracket, 'en', { numeric: true }) || a.rung - b.rung,
  );
  const resource = resourceOf(
    table,
    places.map((place) => place.rows),
  );
  const keyOf = configurationKey(table, resource);
  const highest = new Map<string, number>();
  for (const { bracket, rung, rows } of places) {
    for (const row of rows) {
      const key = `${bracket}\n${keyOf(row)}`;
      highest.set(key, Math.max(highest.get(key) ?? 0, rung));
    }
  }
  return places.map(({ bracket, rung, rows }) => ({
    bracket,
    rung,
    rows,
    promoted: rows.filter((row) => highest.get(`${bracket}\n${keyOf(row)}`)! > rung),
    resource: resource ? `${resource.name} ${resource.values[rows[0]!]}` : '',
  }));
}

function textOf(column: Column, row: number): string | null {
  const index = column.values[row]!;
  return Number.isNaN(index) ? null : (column.categories[index] ?? null);
}

// The parameter that every trial of a rung has alike and that grows from one to the next; none when
// there is only one rung to tell by.
function resourceOf(table: TrialTable, rungs: readonly (readonly number[])[]): Column | undefined {
  return table.parameters.find((column) => {
    if (column.kind !== 'number') return false;
    const alike = rungs.every((rows) =>
      rows.every((row) => column.values[row] === column.values[rows[0]!]),
    );
    const levels = new Set(rungs.map((rows) => column.values[rows[0]!]));
    return alike && levels.size > 1;
  });
}

function configurationKey(table: TrialTable, resource: Column | undefined) {
  const columns = table.parameters.filter((column) => column !== resource);
  return (row: number) => columns.map((column) => column.values[row]).join(' ');
}
