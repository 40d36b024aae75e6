import { countText } from '../../components/number_text';
import type { ChartInput, ChartResult } from '../chart';
import { paretoRows } from '../data/pareto_front';
import { stateOf } from '../data/trial_table';
import { panelOption } from '../draw/axes';
import { formatNumber } from '../draw/format_number';
import { lineSeries, type LineData } from '../draw/lines';
import { pointMarks, type Panel } from '../draw/panel';
import { marksWhere, pointSeries } from '../draw/points';
import { backward, forwardAll, labelOf, linearScale, valueScale, type Scale } from '../draw/scale';
import { turned, type Turn } from '../draw/turn';
import { ONE_OBJECTIVE } from './pareto';

export interface Pareto3dOptions {
  readonly objectives: readonly [number, number, number];
  readonly turn: Turn;
  readonly log: boolean;
}

const HEIGHT = 460;
// Half the edge of the cube's picture: its diagonal must fit however it is turned.
const REACH = 0.95;

// Three objectives as a cloud that can be turned, and the trials on the Pareto front.
export function pareto3dChart(input: ChartInput<Pareto3dOptions>): ChartResult {
  const { table, width, theme, options } = input;
  if (table.objectives.length < 2) return { unavailable: ONE_OBJECTIVE };
  if (table.objectives.length < 3) {
    return { unavailable: 'Three dimensions need three objectives; this experiment has two.' };
  }
  const objectives = options.objectives.map((index) => table.objectives[index]!);
  const front = paretoRows(
    table,
    table.objectives.map((_, index) => index),
  );
  if (front.length === 0) {
    return { unavailable: 'No feasible trial has a value of every objective yet.' };
  }
  const scales = objectives.map((objective) => valueScale([objective.values], options.log));
  const unit = (axis: number) => {
    const scale = scales[axis]!;
    return forwardAll(scale, objectives[axis]!.values).map(
      (place) => ((place - scale.low) / (scale.high - scale.low)) * 2 - 1,
    );
  };
  const cloud = [unit(0), unit(1), unit(2)] as const;
  const x = new Float64Array(table.length);
  const y = new Float64Array(table.length);
  for (let row = 0; row < table.length; row++) {
    [x[row], y[row]] = turned(options.turn, cloud[0][row]!, cloud[1][row]!, cloud[2][row]!);
  }
  const side = Math.max(120, Math.min(width - 20, HEIGHT - 20));
  const flat: Scale = { ...linearScale([-1, 1]), low: -REACH * 1.75, high: REACH * 1.75 };
  const panel: Panel = {
    rect: { left: (width - side) / 2, top: 10, width: side, height: side },
    x: flat,
    y: flat,
    xName: '',
    yName: '',
    marks: pointMarks(x, y),
  };
  const onFront = new Set(front);
  const option = panelOption([panel], theme, { hideNames: true });
  option.xAxis = option.xAxis.map((axis) => ({ ...axis, show: false }));
  option.yAxis = option.yAxis.map((axis) => ({ ...axis, show: false }));
  option.series.push(
    lineSeries(0, cubeEdges(options.turn), { id: 'cube', color: theme.line, width: 1, layer: 1 }),
    ...pointSeries(panel, 0, [
      {
        id: 'beaten',
        marks: marksWhere(table.length, (row) => !onFront.has(row)),
        color: theme.series[0]!,
        opacity: 0.45,
      },
      { id: 'front', marks: Int32Array.from(front), color: theme.best, opacity: 1 },
    ]),
    axisLabels(
      options.turn,
      objectives.map((objective) => objective.metric),
      scales,
      theme.text,
    ),
  );
  return {
    height: HEIGHT,
    option: { ...option },
    panels: [panel],
    legend: [
      { label: 'on the Pareto front', color: theme.best, shape: 'dot' },
      { label: 'beaten by another', color: theme.series[0]!, shape: 'dot' },
    ],
    description:
      `${objectives.map((objective) => objective.metric).join(', ')} of ` +
      `${countText(table.length)} trials in three dimensions; ${countText(front.length)} are on ` +
      'the Pareto front. Drag, or use the arrow keys, to turn it.',
    data: {
      columns: ['trial', 'state', ...objectives.map((objective) => objective.metric)],
      rows: () =>
        front.map((row) => [
          table.numbers[row]!,
          stateOf(table, row),
          ...objectives.map((objective) => objective.values[row]!),
        ]),
    },
  };
}

function cubeEdges(turn: Turn): LineData {
  const line: LineData = [];
  const corner = (x: number, y: number, z: number): [number, number] => {
    const [across, up] = turned(turn, x, y, z);
    return [across, up];
  };
  for (const a of [-1, 1]) {
    for (const b of [-1, 1]) {
      line.push(corner(-1, a, b), corner(1, a, b), null);
      line.push(corner(a, -1, b), corner(a, 1, b), null);
      line.push(corner(a, b, -1), corner(a, b, 1), null);
    }
  }
  return line;
}

// The name of each objective in the middle of an edge, and its range at the edge's ends.
function axisLabels(
  turn: Turn,
  names: readonly string[],
  scales: readonly Scale[],
  color: string,
): object {
  const entries: { value: [number, number]; name: string }[] = [];
  const add = (x: number, y: number, z: number, name: string) => {
    const [across, up] = turned(turn, x, y, z);
    entries.push({ value: [across, up], name });
  };
  const end = (axis: number, place: number) =>
    labelOf(scales[axis]!, place) || formatNumber(backward(scales[axis]!, place));
  add(0, -1.18, -1.18, names[0]!);
  add(-1.18, 0, -1.18, names[1]!);
  add(-1.18, -1.18, 0, names[2]!);
  add(-0.92, -1.12, -1.12, end(0, scales[0]!.low));
  add(0.92, -1.12, -1.12, end(0, scales[0]!.high));
  add(-1.12, -0.92, -1.12, end(1, scales[1]!.low));
  add(-1.12, 0.92, -1.12, end(1, scales[1]!.high));
  add(-1.12, -1.12, -0.92, end(2, scales[2]!.low));
  add(-1.12, -1.12, 0.92, end(2, scales[2]!.high));
  return {
    id: 'names',
    type: 'scatter',
    xAxisIndex: 0,
    yAxisIndex: 0,
    silent: true,
    symbolSize: 0,
    data: entries,
    label: { show: true, formatter: '{b}', color, fontSize: 11, position: 'inside' },
  };
}
