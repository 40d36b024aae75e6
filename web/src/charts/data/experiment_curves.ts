import { decodeNumber } from './decode_table';
import { rowOfNumber, type TrialTable } from './trial_table';
import type { Curves } from '../../api/types';

// One metric's curve of each of several trials, one after the other: curve k takes the points from
// starts[k] to starts[k + 1].
export interface CurveSet {
  readonly metric: string;
  readonly rows: Int32Array; // of the table, one a curve
  readonly starts: Int32Array; // one more than curves
  readonly steps: Float64Array;
  readonly times: Float64Array; // milliseconds since the trial started
  readonly values: Float64Array;
}

// Curves of trials that the table does not hold (yet) are left out.
export function decodeCurves(wire: Curves, table: TrialTable): CurveSet {
  const known = wire.series
    .map((series) => ({ series, row: rowOfNumber(table, series.number) }))
    .filter(({ row }) => row >= 0);
  const starts = new Int32Array(known.length + 1);
  known.forEach(({ series }, k) => (starts[k + 1] = starts[k]! + series.values.length));
  const total = starts[known.length]!;
  const curves = {
    metric: wire.metric,
    rows: Int32Array.from(known, ({ row }) => row),
    starts,
    steps: new Float64Array(total),
    times: new Float64Array(total),
    values: new Float64Array(total),
  };
  known.forEach(({ series, row }, k) => {
    const start = table.started[row]!;
    const begin = Number.isNaN(start) ? (series.times[0] ?? 0) : start;
    for (let i = 0; i < series.values.length; i++) {
      const step = series.steps[i] ?? -1;
      // A trial that gave no steps is drawn by the order of its points.
      curves.steps[starts[k]! + i] = step >= 0 ? step : i;
      curves.times[starts[k]! + i] = Math.max(0, series.times[i]! - begin);
      curves.values[starts[k]! + i] = decodeNumber(series.values[i]);
    }
  });
  return curves;
}
