import { countText } from '../../components/number_text';
import { durationText } from '../../components/time_text';
import type { ChartInput, ChartResult } from '../chart';
import { assignLanes, endOf, type Lanes } from '../data/lanes';
import { stateOf, type TrialTable } from '../data/trial_table';
import { panelOption } from '../draw/axes';
import { lineSeries } from '../draw/lines';
import { mergeBars, type Bar } from '../draw/merge_bars';
import { NO_MARKS, type Panel } from '../draw/panel';
import { extentOf, linearScale, timeScale } from '../draw/scale';
import { stateWords } from './history';

export interface TimelineOptions {
  readonly now: number; // ends the bars of trials that still run
}

const LOAD_HEIGHT = 64;
const MOST_HEIGHT = 520;
// Waiting shorter than this share of the axis cannot be seen, and is not drawn.
const LEAST_WAIT = 0.002;

// When each trial waited and ran, by the worker that held it, over how many ran and waited at once.
export function timelineChart(input: ChartInput<TimelineOptions>): ChartResult {
  const { table, width, theme, options } = input;
  const ends = Float64Array.from(table.started, (started, row) =>
    Number.isNaN(started) ? NaN : endOf(table, row, options.now),
  );
  const extent = extentOf(table.created, ends);
  const lanes = assignLanes(table, options.now);
  if (!extent || lanes.count === 0) {
    return { unavailable: 'No trial has started yet. The timeline begins with the first.' };
  }

  const lane = Math.min(26, Math.max(3, MOST_HEIGHT / lanes.count));
  const area = { left: 64, width: Math.max(80, width - 64 - 18) };
  const x = timeScale(extent);
  const load = loadOverTime(table, ends, (x.high - x.low) / area.width);
  const highest = Math.max(1, ...load.running.map(([, count]) => count));
  const loadPanel: Panel = {
    rect: { ...area, top: 10, height: LOAD_HEIGHT },
    x,
    y: linearScale([0, Math.max(highest, ...load.waiting.map(([, count]) => count))], 0),
    xName: '',
    yName: 'trials',
    marks: NO_MARKS,
  };
  const panel: Panel = {
    rect: { ...area, top: LOAD_HEIGHT + 28, height: lane * lanes.count },
    x,
    // The first worker on top.
    y: { kind: 'linear', low: -lanes.count + 0.5, high: 0.5, categories: [] },
    xName: 'time',
    yName: 'worker',
    marks: {
      shape: 'bars',
      rows: Int32Array.from({ length: table.length }, (_, row) => row),
      x: table.started,
      xEnd: ends,
      y: Float64Array.from(lanes.lane, (one) => (one < 0 ? NaN : -one)),
    },
  };
  const option = panelOption([loadPanel, panel], theme);
  option.xAxis[0] = { ...option.xAxis[0], axisLabel: { show: false }, axisTick: { show: false } };
  option.yAxis[0] = { ...option.yAxis[0], splitNumber: 2 };
  option.yAxis[1] = {
    ...option.yAxis[1],
    axisLabel: { show: false },
    axisTick: { show: false },
    splitLine: { show: false },
  };
  option.series.push(
    lineSeries(0, load.running, {
      id: 'running',
      color: theme.series[0]!,
      step: true,
      fill: true,
    }),
    lineSeries(0, load.waiting, { id: 'waiting', color: theme.muted, step: true, dash: 'dotted' }),
    barSeries(table, lanes, ends, panel, theme.states, theme.muted, lane),
  );
  const seen = table.stateNames.filter((_, index) => table.states.includes(index));
  return {
    height: LOAD_HEIGHT + 28 + lane * lanes.count + 48,
    option: { ...option },
    panels: [loadPanel, panel],
    legend: [
      ...seen.map((state) => ({
        label: stateWords(state),
        color: theme.states[state] ?? theme.muted,
        shape: 'square' as const,
      })),
      { label: 'waiting', color: theme.muted, shape: 'dash' },
    ],
    description:
      `Timeline of ${countText(table.length)} trials over ${durationText(extent[1] - extent[0])}: ` +
      `at most ${highest} ran at once, on ${lanes.count} workers.`,
    data: {
      columns: ['trial', 'state', 'worker', 'waited (s)', 'ran (s)'],
      rows: () =>
        Array.from({ length: table.length }, (_, row) => [
          table.numbers[row]!,
          stateOf(table, row),
          lanes.lane[row]! < 0 ? null : lanes.lane[row]! + 1,
          secondsBetween(table.created[row]!, table.started[row]!),
          secondsBetween(table.started[row]!, ends[row]!),
        ]),
    },
  };
}

function secondsBetween(from: number, to: number): number | null {
  return Number.isNaN(to - from) ? null : (to - from) / 1000;
}

interface Load {
  readonly running: [number, number][];
  readonly waiting: [number, number][];
}

// How many trials ran and waited, as steps; of steps within one pixel the highest is kept, so that
// no peak is lost.
function loadOverTime(table: TrialTable, ends: Float64Array, pixel: number): Load {
  const running: [number, number][] = [];
  const waiting: [number, number][] = [];
  for (let row = 0; row < table.length; row++) {
    const created = table.created[row]!;
    const started = table.started[row]!;
    if (!Number.isNaN(created)) waiting.push([created, 1]);
    if (Number.isNaN(started)) {
      // Ended without having started: then it waits no longer.
      if (!Number.isNaN(table.completed[row])) waiting.push([table.completed[row]!, -1]);
      continue;
    }
    if (!Number.isNaN(created)) waiting.push([started, -1]);
    running.push([started, 1], [ends[row]!, -1]);
  }
  return { running: steps(running, pixel), waiting: steps(waiting, pixel) };
}

function steps(changes: [number, number][], pixel: number): [number, number][] {
  // Ends before starts of the same moment: handing over is no load of two.
  changes.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  const line: [number, number][] = [];
  let count = 0;
  let peak = 0;
  for (let i = 0; i < changes.length; i++) {
    count += changes[i]![1];
    peak = Math.max(peak, count);
    const next = changes[i + 1];
    if (next && next[0] === changes[i]![0]) continue;
    const last = line.at(-1);
    if (last && changes[i]![0] - last[0] < pixel && next) {
      last[1] = Math.max(last[1], peak);
    } else {
      line.push([changes[i]![0], count]);
    }
    peak = count;
  }
  return line;
}

function barSeries(
  table: TrialTable,
  lanes: Lanes,
  ends: Float64Array,
  panel: Panel,
  colors: Readonly<Record<string, string>>,
  muted: string,
  lane: number,
): object {
  const span = panel.x.high - panel.x.low;
  const waits: Bar[] = [];
  const runs: Bar[] = [];
  for (let row = 0; row < table.length; row++) {
    const at = lanes.lane[row]!;
    if (at < 0) continue;
    const wait = table.started[row]! - table.created[row]!;
    if (wait > span * LEAST_WAIT) {
      waits.push({ start: table.created[row]!, end: table.started[row]!, lane: at, kind: -1 });
    }
    runs.push({
      start: table.started[row]!,
      end: ends[row]!,
      lane: at,
      kind: table.states[row]!,
    });
  }
  runs.sort((a, b) => a.start - b.start);
  waits.sort((a, b) => a.start - b.start);
  const pixel = span / panel.rect.width;
  const bars = [...mergeBars(waits, pixel), ...mergeBars(runs, pixel)];
  const height = Math.max(2, lane * 0.72);
  return {
    id: 'bars',
    type: 'custom',
    xAxisIndex: 1,
    yAxisIndex: 1,
    silent: true,
    progressive: 0,
    clip: true,
    data: bars.map((bar) => [bar.start, bar.end, -bar.lane, bar.kind]),
    encode: { x: [0, 1], y: 2 },
    renderItem: (_: unknown, api: BarApi) => {
      const [left, middle] = api.coord([api.value(0), api.value(2)]);
      const [right] = api.coord([api.value(1), api.value(2)]);
      const kind = api.value(3);
      const waited = kind < 0;
      const tall = waited ? Math.max(1, height * 0.14) : height;
      return {
        type: 'rect',
        shape: {
          x: left,
          y: middle - tall / 2,
          width: Math.max(1, right - left - (right - left > 4 ? 1 : 0)),
          height: tall,
          r: tall > 8 && right - left > 6 ? 2 : 0,
        },
        style: {
          fill: waited ? muted : (colors[table.stateNames[kind]!] ?? muted),
          opacity: waited ? 0.6 : 0.9,
        },
      };
    },
  };
}

interface BarApi {
  value(dimension: number): number;
  coord(point: [number, number]): [number, number];
}
