import { optionalNumberOf } from '../../api/numbers';
import type { JsonNumber, TrialTable as WireTable } from '../../api/types';
import type { Column, MetricColumn, ObjectiveColumn, TrialTable } from './trial_table';

// NaN where there is none.
export function decodeNumber(value: JsonNumber | null | undefined): number {
  return typeof value === 'number' ? value : (optionalNumberOf(value) ?? NaN);
}

function decodeNumbers(values: readonly (JsonNumber | null)[]): Float64Array {
  const decoded = new Float64Array(values.length);
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    decoded[i] = typeof value === 'number' ? value : decodeNumber(value);
  }
  return decoded;
}

// The answer of the route `table` in the form that charts read.
export function decodeTable(wire: WireTable): TrialTable {
  return {
    change: wire.change,
    length: wire.numbers.length,
    numbers: Int32Array.from(wire.numbers),
    names: wire.names,
    states: Uint8Array.from(wire.states),
    stateNames: wire.stateNames,
    created: decodeNumbers(wire.created),
    started: decodeNumbers(wire.started),
    completed: decodeNumbers(wire.completed),
    objectives: wire.objectives.map(({ metric, type, values }): ObjectiveColumn => ({
      metric,
      type,
      values: decodeNumbers(values),
    })),
    feasible: Uint8Array.from(wire.feasible),
    parameters: wire.parameters.map((column): Column => ({
      name: column.name,
      kind: column.kind,
      log: column.kind === 'number' && column.log,
      categories: column.kind === 'category' ? column.categories : [],
      values: decodeNumbers(column.values),
    })),
    metrics: wire.metrics.map(({ name, latest, min, max }): MetricColumn => ({
      name,
      latest: decodeNumbers(latest),
      min: decodeNumbers(min),
      max: decodeNumbers(max),
    })),
    labels: wire.labels.map((column): Column => ({
      name: column.name,
      kind: 'category',
      log: false,
      categories: column.categories,
      values: decodeNumbers(column.values),
    })),
  };
}
