import { rampColor, type ChartTheme } from './chart_theme';
import type { PointGroup } from './points';

const BINS = 7;

// Marks in groups of like colour by `place` (one a row, 0 to 1, the last color standing out), the
// ones with the highest place drawn last. Marks without a place come first, grey.
export function colorGroups(
  rows: Int32Array,
  place: Float64Array,
  theme: ChartTheme,
  prefix: string,
): PointGroup[] {
  const binOf = (mark: number) => {
    const at = place[rows[mark]!]!;
    return Number.isNaN(at) ? 0 : 1 + Math.min(BINS - 1, Math.max(0, Math.floor(at * BINS)));
  };
  const counts = new Int32Array(BINS + 1);
  for (let mark = 0; mark < rows.length; mark++) counts[binOf(mark)]!++;
  const bins = Array.from(counts, (count) => new Int32Array(count));
  counts.fill(0);
  for (let mark = 0; mark < rows.length; mark++) {
    const bin = binOf(mark);
    bins[bin]![counts[bin]!++] = mark;
  }
  return bins.map((marks, bin) => ({
    id: `${prefix}-${bin}`,
    marks,
    color: bin === 0 ? theme.muted : rampColor(theme, (bin - 1) / (BINS - 1)),
    opacity: bin === 0 ? 0.4 : undefined,
  }));
}

// Places by rank of the objective: 1 is the best.
export function goodness(ranks: Float64Array): Float64Array {
  return ranks.map((rank) => 1 - rank);
}
