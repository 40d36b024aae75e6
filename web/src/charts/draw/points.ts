import { thinMarks } from './thin';
import type { Panel } from './panel';

// Marks of one look.
export interface PointGroup {
  readonly id: string;
  // Indices of marks of the panel; later ones are drawn over earlier ones.
  readonly marks: Int32Array;
  readonly color: string;
  readonly symbol?: string;
  readonly hollow?: boolean;
  readonly size?: number;
  readonly opacity?: number;
}

// So small that single points can be told apart, so large that they can be seen.
function pointSize(count: number): number {
  return count <= 300 ? 8 : count <= 2000 ? 6 : 4;
}

// Scatter series for groups of a panel, thinned to what its pixels can show.
export function pointSeries(
  panel: Panel,
  panelIndex: number,
  groups: readonly PointGroup[],
): object[] {
  const total = groups.reduce((sum, group) => sum + group.marks.length, 0);
  return groups
    .filter((group) => group.marks.length > 0)
    .map((group) => {
      const marks = thinMarks(panel, group.marks);
      const data = new Float64Array(marks.length * 2);
      for (let i = 0; i < marks.length; i++) {
        data[2 * i] = panel.marks.x[marks[i]!]!;
        data[2 * i + 1] = panel.marks.y[marks[i]!]!;
      }
      return {
        id: group.id,
        type: 'scatter',
        xAxisIndex: panelIndex,
        yAxisIndex: panelIndex,
        data,
        dimensions: ['x', 'y'],
        large: marks.length > 1000,
        largeThreshold: 1000,
        progressive: 0,
        silent: true,
        clip: true,
        symbol: group.symbol ?? 'circle',
        symbolSize: group.size ?? pointSize(total),
        itemStyle: {
          color: group.hollow ? 'transparent' : group.color,
          borderColor: group.hollow ? group.color : undefined,
          borderWidth: group.hollow ? 1.6 : 0,
          opacity: group.opacity ?? (total > 2000 ? 0.75 : 0.85),
        },
      };
    });
}

// The marks for which `keep` holds, in their order.
export function marksWhere(count: number, keep: (mark: number) => boolean): Int32Array {
  const marks = new Int32Array(count);
  let kept = 0;
  for (let mark = 0; mark < count; mark++) if (keep(mark)) marks[kept++] = mark;
  return marks.slice(0, kept);
}
