import { stateWords } from '../../components/StateBadge';
import { durationText } from '../../components/time_text';
import type { TrialState } from '../../api/types';
import { stateOf, type Column, type TrialTable } from '../../charts/data/trial_table';
import { formatNumber } from '../../charts/draw/format_number';

// A column of the trials' table, read from the columns of the experiment.
export interface GridColumn {
  readonly id: string; // also its name in an address
  readonly name: string;
  readonly group: 'trial' | 'objective' | 'parameter' | 'metric' | 'label';
  readonly numeric: boolean;
  readonly width: number; // rem
  text(row: number): string;
  key(row: number): number; // what to sort by; NaN comes last
}

// All columns that the experiment has, in the order of groups.
export function tableColumns(table: TrialTable): GridColumn[] {
  return [
    ...trialColumns(table),
    ...table.objectives.map(({ metric, values }, index) =>
      numberColumn(`objective.${index}`, metric, 'objective', values),
    ),
    ...table.parameters.map((column) => cellColumn(column, 'parameter')),
    ...table.metrics
      .filter(({ name }) => !table.objectives.some(({ metric }) => metric === name))
      .map(({ name, latest }) => numberColumn(`metric.${name}`, name, 'metric', latest)),
    ...table.labels.map((column) => cellColumn(column, 'label')),
  ];
}

function trialColumns(table: TrialTable): GridColumn[] {
  const stateOrder = alphabetical(table.stateNames);
  const duration = (row: number) => table.completed[row]! - table.started[row]!;
  const waited = (row: number) => table.started[row]! - table.created[row]!;
  return [
    {
      id: 'number',
      name: 'Trial',
      group: 'trial',
      numeric: true,
      width: 5,
      text: (row) => String(table.numbers[row]),
      key: (row) => table.numbers[row]!,
    },
    {
      id: 'state',
      name: 'State',
      group: 'trial',
      numeric: false,
      width: 8.5,
      text: (row) => stateWords(stateOf(table, row) as TrialState),
      key: (row) => stateOrder[table.states[row]!]!,
    },
    {
      id: 'duration',
      name: 'Ran for',
      group: 'trial',
      numeric: true,
      width: 7,
      text: (row) => timeText(duration(row)),
      key: duration,
    },
    {
      id: 'waited',
      name: 'Waited',
      group: 'trial',
      numeric: true,
      width: 7,
      text: (row) => timeText(waited(row)),
      key: waited,
    },
    {
      id: 'completed',
      name: 'Completed',
      group: 'trial',
      numeric: true,
      width: 11.5,
      text: (row) => momentText(table.completed[row]!),
      key: (row) => table.completed[row]!,
    },
  ];
}

function numberColumn(
  id: string,
  name: string,
  group: GridColumn['group'],
  values: Float64Array,
): GridColumn {
  const text = (row: number) => formatNumber(values[row]!, 6);
  return { id, name, group, numeric: true, width: 8, text, key: (row) => values[row]! };
}

function cellColumn(column: Column, group: 'parameter' | 'label'): GridColumn {
  const id = `${group}.${column.name}`;
  if (column.kind === 'number') return numberColumn(id, column.name, group, column.values);
  const order = alphabetical(column.categories);
  return {
    id,
    name: column.name,
    group,
    numeric: false,
    width: 8,
    text: (row) => column.categories[column.values[row]!] ?? '–',
    key: (row) => order[column.values[row]!] ?? NaN,
  };
}

// The place of each name among all in alphabetical order.
function alphabetical(names: readonly string[]): number[] {
  const sorted = [...names].sort((a, b) => a.localeCompare(b, undefined, { numeric: true }));
  return names.map((name) => sorted.indexOf(name));
}

function timeText(milliseconds: number): string {
  return Number.isNaN(milliseconds) ? '–' : durationText(milliseconds);
}

const moment = new Intl.DateTimeFormat(undefined, { dateStyle: 'short', timeStyle: 'medium' });

function momentText(time: number): string {
  return Number.isNaN(time) ? '–' : moment.format(time);
}

const FIRST_PARAMETERS = 12;
const FIRST_METRICS = 4;

// What is shown until somebody chooses.
export function firstColumns(columns: readonly GridColumn[]): readonly string[] {
  const hidden = new Set(['waited', 'completed']);
  let parameters = 0;
  let metrics = 0;
  return columns
    .filter(({ id, group }) => {
      if (hidden.has(id) || group === 'label') return false;
      if (group === 'parameter') return parameters++ < FIRST_PARAMETERS;
      if (group === 'metric') return metrics++ < FIRST_METRICS;
      return true;
    })
    .map(({ id }) => id);
}
